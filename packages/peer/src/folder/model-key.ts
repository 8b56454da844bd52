import { BzzzError, isBzzzError } from '@bzzz/protocol';
import { readSecretFile } from './secret-file.ts';

/** The key of a model API. Throws `model_key_unusable`; the reason says nothing of what is in the file. */
export async function readModelKey(file: string): Promise<string> {
  let key: string | null;
  try {
    key = await readSecretFile(file);
  } catch (error) {
    if (!isBzzzError(error)) throw error;
    throw new BzzzError('model_key_unusable', error.reason, { cause: error });
  }
  if (key === null) throw new BzzzError('model_key_unusable', `there is no file ${file}`);
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new BzzzError('model_key_unusable', `${file} does not hold one line with a key`);
  }
  return key;
}
