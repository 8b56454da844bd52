/** Real processes: started in a group of their own, with their output in a file, and ended by pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { open, readdir, readFile, readlink } from 'node:fs/promises';

export interface Running {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Exit code, or the signal that ended it. Resolves once. */
  readonly ended: Promise<number | NodeJS.Signals>;
  hasEnded(): boolean;
  /** What it wrote so far, standard output and error together. */
  output(): Promise<string>;
}

export interface StartOptions {
  readonly argv: readonly string[];
  readonly logFile: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Starts a process that dies with this one, however this one ends. Nothing of the surrounding
 * machine's bzzz, GitHub or test runner gets in.
 */
export async function startProcess({ argv, logFile, env = {} }: StartOptions): Promise<Running> {
  const [program = '', ...args] = [...dieWithParent, ...argv];
  const log = await open(logFile, 'a', 0o600);
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: { ...cleanEnvironment(), ...env },
  });
  const ended = once(child, 'exit').then(([code, signal]) => code ?? signal);
  try {
    await once(child, 'spawn');
  } finally {
    await log.close();
  }
  const { pid } = child;
  if (pid === undefined) throw new Error(`${argv.join(' ')} has no pid`);
  return {
    pid,
    child,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null,
    output: () => readFile(logFile, 'utf8'),
  };
}

/** Ends the process and its group for sure; also one that was stopped. */
export async function killGroup({ pid, ended, hasEnded }: Running): Promise<void> {
  if (!hasEnded()) signalAll(-pid, 'SIGKILL');
  await ended;
}

/** False: there is nobody any more. */
export function signalAll(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

export interface Seen {
  readonly pid: number;
  readonly command: string;
}

/** Every process whose command line or working directory is within this folder. */
export async function processesUnder(dir: string): Promise<Seen[]> {
  const found = await Promise.all(
    (await processIds()).map(async (pid) => {
      const command = await commandOf(pid);
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(gone(''));
      const within = command.includes(dir) || cwd.startsWith(dir);
      return within && pid !== process.pid ? [{ pid, command: command || cwd }] : [];
    }),
  );
  return found.flat();
}

/** All children of a process, and theirs. */
export async function descendants(pid: number): Promise<Seen[]> {
  const parents = new Map<number, number>();
  for (const one of await processIds()) {
    const stat = await readFile(`/proc/${one}/stat`, 'utf8').catch(gone(''));
    const parent = /^\d+ \(.*\) \S (\d+)/s.exec(stat)?.[1];
    if (parent !== undefined) parents.set(one, Number(parent));
  }
  const below = (of: number): number[] =>
    [...parents].flatMap(([one, parent]) => (parent === of ? [one, ...below(one)] : []));
  return Promise.all(below(pid).map(async (one) => ({ pid: one, command: await commandOf(one) })));
}

async function processIds(): Promise<number[]> {
  const names = await readdir('/proc');
  return names.filter((name) => /^\d+$/.test(name)).map(Number);
}

async function commandOf(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(gone(''));
  return text.replaceAll('\0', ' ').trim();
}

/** A process may end while it is looked at; then there is nothing to see. */
function gone<T>(nothing: T): (error: unknown) => T {
  return (error) => {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EACCES') return nothing;
    throw error;
  };
}

/** The kernel's own way to leave nothing behind, also when the test runner is killed. */
export const dieWithParent = existsSync('/usr/bin/setpriv')
  ? ['setpriv', '--pdeathsig', 'SIGKILL']
  : [];

/** For `spawn`: a program that dies with this process, however this one ends. Its id is that of the program. */
export function dying(program: string, args: readonly string[]): [string, string[]] {
  const [first = program, ...rest] = [...dieWithParent, program, ...args];
  return [first, rest];
}

function cleanEnvironment(): NodeJS.ProcessEnv {
  const foreign = /^(?:BZZZ|GITHUB|GIT|VITEST|NODE)_|^(?:NODE_OPTIONS|NODE_ENV|FORCE_COLOR)$/;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !foreign.test(name)));
}
