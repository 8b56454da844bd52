/** The command as a real process, against real peers and a real forge on loopback. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { runCli } from '../src/index.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

export type Cleanup = () => unknown;

/** Things to undo, last first. */
export function createCleanups() {
  const cleanups: Cleanup[] = [];
  return {
    add: (run: Cleanup) => void cleanups.push(run),
    async run() {
      while (cleanups.length > 0) await cleanups.pop()?.();
    },
  };
}
export type Cleanups = ReturnType<typeof createCleanups>;

export async function tempDir(cleanups: Cleanups): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bzzz-cli-'));
  cleanups.add(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

export interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
}

interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
}

/** Nothing of the surrounding machine's bzzz or GitHub gets in. */
function start(args: readonly string[], { env = {}, cwd = tmpdir() }: RunOptions): ChildProcess {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(?:BZZZ|GITHUB)_|^(?:NODE_OPTIONS|FORCE_COLOR|VITEST)/.test(name),
  );
  return spawn(process.execPath, ['--conditions=bzzz-source', main, ...args], {
    cwd,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const child = start(args, options);
  const [out, err] = [gather(child.stdout), gather(child.stderr)];
  const [code] = await once(child, 'close');
  return { code, out: out(), err: err() };
}

/** The same without a process of its own: quicker, for what does not depend on one. */
export async function runHere(
  args: readonly string[],
  { env = {} }: Pick<RunOptions, 'env'> = {},
): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const plain = (_: unknown, text: string) => text;
  const terminal = {
    print: (line: string) => void out.push(`${line}\n`),
    note: (line: string) => void err.push(`${line}\n`),
    style: plain,
    styleNote: plain,
    columns: null,
  };
  const interrupted = new AbortController().signal;
  const code = await runCli(args, { terminal, env, interrupted });
  return { code, out: out.join(''), err: err.join('') };
}

/** With `--json`, whose answer is parsed; anything but success throws. */
export async function runJson(args: readonly string[], options: RunOptions = {}) {
  const ran = await run([...args, '--json'], options);
  if (ran.code !== 0) throw new Error(`bzzz ${args.join(' ')}: ${ran.code}\n${ran.err}`);
  return JSON.parse(ran.out);
}

export interface Running {
  readonly process: ChildProcess;
  /** The line of JSON that it prints when it is up. */
  readonly facts: {
    readonly peer: string;
    readonly pid: number;
    readonly addresses: readonly string[];
    readonly apiUrl: string;
    readonly repositories: readonly string[];
    readonly embeddedForge: boolean;
  };
  readonly err: () => string;
  /** Exit code; null after a signal. */
  readonly ended: Promise<number | null>;
}

/** `bzzz up`, once it is up. */
export async function up(
  cleanups: Cleanups,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Running> {
  const child = start(['up', '--json', ...args], options);
  const ended = once(child, 'close').then(([code]: (number | null)[]) => code ?? null);
  cleanups.add(async () => {
    child.kill('SIGTERM');
    await ended;
  });
  const err = gather(child.stderr);
  if (child.stdout === null) throw new Error('no standard output');
  const lines = createInterface({ input: child.stdout });
  const first = once(lines, 'line').then(([line]: string[]) => line ?? '');
  const line = await Promise.race([
    first,
    ended.then((code) => Promise.reject(new Error(`bzzz up ended with ${code}: ${err()}`))),
  ]);
  return { process: child, facts: JSON.parse(line), err, ended };
}

interface Source {
  on(event: 'data', listener: (piece: Buffer) => void): unknown;
}

function gather(stream: Source | null): () => string {
  const pieces: Buffer[] = [];
  stream?.on('data', (piece) => pieces.push(piece));
  return () => Buffer.concat(pieces).toString('utf8');
}

/** Waits for a state; the test's own timeout is the limit. */
export async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
