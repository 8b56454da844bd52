/** The built programs that the tests start: the same files that a person runs. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The same for this file when it is built. */
const isBuilt = import.meta.url.endsWith('.js');
/** The checkout. */
export const root = fileURLToPath(new URL(isBuilt ? '../../../../' : '../../../', import.meta.url));

/** The `bzzz` command, as an argument vector. */
export const bzzz = [process.execPath, built('packages/cli/dist/main.js')];
/** The forge as a process of its own. */
export const forgeProgram = [process.execPath, built('packages/forge/dist/main.js')];

function built(path: string): string {
  const file = join(root, path);
  if (existsSync(file)) return file;
  throw new Error(`${path} is missing: run scripts/setup (or npm run build) before these tests`);
}
