/** The built programs that the tests start: the same files that a person runs. */
import { existsSync } from 'node:fs';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

// As a source, or built into a folder of its own.
const up = extname(import.meta.url) === '.ts' ? '../../../' : '../../../../';
const root = fileURLToPath(new URL(up, import.meta.url));

/** The `bzzz` command, as an argument vector. */
export const bzzz = [process.execPath, built('packages/cli/dist/main.js')];
/** The forge as a process of its own. */
export const forgeProgram = [process.execPath, built('packages/forge/dist/main.js')];

function built(path: string): string {
  const file = join(root, path);
  if (existsSync(file)) return file;
  throw new Error(`${path} is missing: run scripts/setup (or npm run build) before these tests`);
}
