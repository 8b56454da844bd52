/**
 * Where the token comes from. Asked before every use, so a token that is rotated on disk is in use
 * with the next request.
 */
import { readFile, stat } from 'node:fs/promises';
import { BzzzError, reasonOf } from '@bzzz/protocol';

export interface TokenSource {
  /**
   * The token as it is now. `refused` is a token that the forge has just turned down: whatever is
   * remembered is not good enough then. Throws `forge_unauthorized` when there is none.
   */
  get(options?: { refused?: string }): Promise<string>;
}

export function tokenFromValue(value: string): TokenSource {
  return {
    async get() {
      return plainToken(value, 'the configured token');
    },
  };
}

/**
 * A file that holds one token, read again whenever it changes. Refused when everybody may read it
 * or when anybody but its owner may write it.
 */
export function tokenFromFile(file: string): TokenSource {
  let known: { readonly version: string; readonly token: string } | undefined;
  return {
    async get(options = {}) {
      const version = await versionOf(file);
      if (known?.version === version && options.refused === undefined) return known.token;
      const token = plainToken(await contentOf(file), `the token file ${file}`);
      known = { version, token };
      return token;
    },
  };
}

async function versionOf(file: string): Promise<string> {
  const facts = await stat(file, { bigint: true }).catch((error: unknown) => {
    throw unusable(`the token file cannot be read: ${reasonOf(error)}`, error);
  });
  if (!facts.isFile()) throw unusable(`the token file ${file} is not a file`);
  if ((facts.mode & 0o027n) !== 0n) {
    const mode = (facts.mode & 0o777n).toString(8).padStart(4, '0');
    throw unusable(`the token file ${file} has mode ${mode}; give it 0600`);
  }
  return `${facts.dev}:${facts.ino}:${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}`;
}

async function contentOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unusable(`the token file cannot be read: ${reasonOf(error)}`, error);
  }
}

/** Only what can stand in a header goes on: a stray line break must not become a second header. */
function plainToken(text: string, what: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]{1,4096}$/.test(token)) {
    throw unusable(`${what} ${token === '' ? 'is empty' : 'is not one token'}`);
  }
  return token;
}

function unusable(reason: string, cause?: unknown): BzzzError {
  return new BzzzError('forge_unauthorized', reason, { cause });
}
