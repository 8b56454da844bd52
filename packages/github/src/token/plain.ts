/** A token that does not change by itself: a value, or what a file holds. */
import { readFile, stat } from 'node:fs/promises';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import type { TokenSource } from './source.ts';

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
export function tokenFromFile(file: string, what = 'the token file'): TokenSource {
  let known: { readonly version: string; readonly token: string } | undefined;
  return {
    async get(options = {}) {
      const version = await versionOf(file, what);
      if (known?.version === version && options.refused === undefined) return known.token;
      const token = plainToken(await contentOf(file, what), `${what} ${file}`);
      known = { version, token };
      return token;
    },
  };
}

async function versionOf(file: string, what: string): Promise<string> {
  const facts = await stat(file, { bigint: true }).catch((error: unknown) => {
    throw unusable(`${what} cannot be read: ${reasonOf(error)}`, error);
  });
  if (!facts.isFile()) throw unusable(`${what} ${file} is not a file`);
  if ((facts.mode & 0o027n) !== 0n) {
    const mode = (facts.mode & 0o777n).toString(8).padStart(4, '0');
    throw unusable(`${what} ${file} has mode ${mode}; give it 0600`);
  }
  return `${facts.dev}:${facts.ino}:${facts.size}:${facts.mtimeNs}:${facts.ctimeNs}`;
}

async function contentOf(file: string, what: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw unusable(`${what} cannot be read: ${reasonOf(error)}`, error);
  }
}

/** Only what can stand in a header goes on: a stray line break must not become a second header. */
export function plainToken(text: string, what: string): string {
  const token = text.trim();
  if (!/^[\x21-\x7e]{1,4096}$/.test(token)) {
    throw unusable(`${what} ${token === '' ? 'is empty' : 'is not one token'}`);
  }
  return token;
}

function unusable(reason: string, cause?: unknown): BzzzError {
  return new BzzzError('forge_unauthorized', reason, { cause });
}
