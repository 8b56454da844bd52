/** n8n out of the npm registry, in a folder of its own: it is too large, and not free enough, to be a dependency. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';

const run = promisify(execFile);

/** Runs on Node 24 and newer. What it needs in turn is not pinned. */
export const n8nVersion = '2.40.7';

const outputBytesMax = 64 * 1024 * 1024;

export interface Installed {
  /** What starts its command, as an argument vector. */
  readonly program: readonly string[];
  readonly megabytes: number;
}

/**
 * Installs it, or takes what is there already. Throws with what npm or the compiler complained of.
 * No script of any package runs but that which compiles SQLite, against this very Node.
 */
export async function installN8n(
  dir: string,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Installed> {
  const npm = (...args: string[]) => runNpm(dir, args, signal);
  await mkdir(dir, { recursive: true });
  const sqlite = join(dir, 'node_modules/sqlite3/build/Release/node_sqlite3.node');
  const bin = join(dir, 'node_modules/n8n/bin/n8n');
  if (!existsSync(sqlite) || (await versionIn(dir)) !== n8nVersion) {
    const manifest = { private: true, dependencies: { n8n: n8nVersion } };
    await writeFile(join(dir, 'package.json'), JSON.stringify(manifest));
    say(`installing n8n ${n8nVersion}: some minutes, 2.5 GB`);
    await npm('install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund');
    say('compiling SQLite for it');
    await npm('rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts');
    if (!existsSync(sqlite)) throw new Error('SQLite was not compiled');
  }
  const { stdout } = await run('du', ['-sm', dir]);
  return {
    program: [process.execPath, bin],
    megabytes: z.coerce.number().parse(stdout.split('\t')[0]),
  };
}

async function versionIn(dir: string): Promise<string | undefined> {
  const file = join(dir, 'node_modules/n8n/package.json');
  if (!existsSync(file)) return undefined;
  return z.object({ version: z.string() }).parse(JSON.parse(await readFile(file, 'utf8'))).version;
}

async function runNpm(dir: string, args: readonly string[], signal: AbortSignal): Promise<void> {
  const bin = dirname(process.execPath);
  const env = {
    ...process.env,
    PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
    // The headers that came with this Node: nothing is fetched for them.
    npm_config_nodedir: dirname(bin),
  };
  const options = { cwd: dir, env, signal, maxBuffer: outputBytesMax };
  await run('nice', ['-n', '10', 'npm', ...args], options);
}
