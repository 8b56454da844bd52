import { readFile, stat } from 'node:fs/promises';
import { BzzzError, reasonOf } from '@bzzz/protocol';

/**
 * The secret as it is in the file now, so that one that is rotated counts from the next delivery on.
 * Throws `webhook_secret_unusable`: an empty secret would let everybody sign.
 */
export async function readSecret(file: string): Promise<string> {
  const secret = (await contentOf(file)).trim();
  if (secret === '') throw unusable(`the secret file ${file} is empty`);
  return secret;
}

async function contentOf(file: string): Promise<string> {
  try {
    const facts = await stat(file);
    if (!facts.isFile()) throw unusable(`the secret file ${file} is not a file`);
    // As for the token of the forge: whoever reads it can sign, whoever writes it decides who can.
    if ((facts.mode & 0o027) !== 0) {
      const mode = (facts.mode & 0o777).toString(8).padStart(4, '0');
      throw unusable(`the secret file ${file} has mode ${mode}; give it 0600`);
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof BzzzError) throw error;
    throw unusable(`the secret file cannot be read: ${reasonOf(error)}`, error);
  }
}

function unusable(reason: string, cause?: unknown): BzzzError {
  return new BzzzError('webhook_secret_unusable', reason, { cause });
}
