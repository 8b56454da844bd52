/** Prints what is in the file of a secret, or the code of the error. */
import { isBzzzError } from '@bzzz/protocol';
import { readSecretFile } from '../src/index.ts';

const found = await readSecretFile(process.argv[2] ?? '').catch((error: unknown) =>
  isBzzzError(error) ? error.code : String(error),
);
process.stdout.write(`${found}\n`);
