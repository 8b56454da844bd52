/** n8n out of the npm registry, in a folder of its own: it is too large, and not free enough, to be a dependency. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { Stage } from '../e2e/harness/stage.ts';

const run = promisify(execFile);

/** Runs on Node 24 and newer. What it needs in turn is not pinned. */
export const n8nVersion = '2.40.7';

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
  stage: Stage,
  dir: string,
  say: (line: string) => void,
): Promise<Installed> {
  await mkdir(dir, { recursive: true });
  const sqlite = join(dir, 'node_modules/sqlite3/build/Release/node_sqlite3.node');
  const program = join(dir, 'node_modules/n8n/bin/n8n');
  if ((await versionIn(dir)) !== n8nVersion) {
    const manifest = { private: true, dependencies: { n8n: n8nVersion } };
    await writeFile(join(dir, 'package.json'), JSON.stringify(manifest));
    say(`installing n8n ${n8nVersion}: some minutes, 2.9 GB`);
    await npm(stage, dir, 'install', '--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund');
  }
  if (!existsSync(sqlite)) {
    say('compiling SQLite for it');
    await npm(stage, dir, 'rebuild', 'sqlite3', '--ignore-scripts=false', '--foreground-scripts');
    if (!existsSync(sqlite)) throw new Error('npm compiled SQLite, and it is not there');
  }
  const { stdout } = await run('du', ['-sm', dir]);
  const megabytes = z.coerce.number().parse(stdout.split('\t')[0]);
  return { program: [process.execPath, program], megabytes };
}

/** Undefined: it is not there, or not to its end. */
async function versionIn(dir: string): Promise<string | undefined> {
  // The last thing that npm writes.
  if (!existsSync(join(dir, 'node_modules/.package-lock.json'))) return undefined;
  const file = join(dir, 'node_modules/n8n/package.json');
  if (!existsSync(file)) return undefined;
  return z.object({ version: z.string() }).parse(JSON.parse(await readFile(file, 'utf8'))).version;
}

/** It and all that it starts end with the stage. */
async function npm(stage: Stage, dir: string, ...args: string[]): Promise<void> {
  const bin = dirname(process.execPath);
  // Where a proxy speaks TLS in between, npm has to know whose word that is.
  const authorities = process.env['NODE_EXTRA_CA_CERTS'];
  const running = await stage.start(`npm-${args[0]}`, {
    argv: ['nice', '-n', '10', 'npm', '--prefix', dir, ...args],
    env: {
      PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}`,
      // The headers that came with this Node: nothing is fetched for them.
      npm_config_nodedir: dirname(bin),
      ...(authorities === undefined ? {} : { NODE_EXTRA_CA_CERTS: authorities }),
    },
  });
  const code = await running.ended;
  if (code === 0) return;
  const lines = (await running.output()).trimEnd().split('\n').slice(-20);
  throw new Error(`npm ${args[0]} ended with ${code}:\n${lines.join('\n')}`);
}
