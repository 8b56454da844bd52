/** Prometheus and its tool, as Debian has them. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Absolute path. Throws with what to install. */
export function programOf(name: 'prometheus' | 'promtool'): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
  if (found !== undefined) return found;
  throw new Error(
    `${name} is not installed, so nothing of this can be tested: run scripts/test once as root, or apt-get install --no-install-recommends prometheus`,
  );
}

/** What it says. Throws with all of that when it does not like what it sees. */
export async function promtool(cwd: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(programOf('promtool'), args, { cwd });
  return stdout + stderr;
}
