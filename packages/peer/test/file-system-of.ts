/** Prints a line for each folder among its arguments: on what it lies, or `local`. */
import { fileSystemAt } from '../src/system/file-system.ts';

for (const folder of process.argv.slice(2)) {
  process.stdout.write(`${(await fileSystemAt(folder))?.name ?? 'local'}\n`);
}
