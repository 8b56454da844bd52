/**
 * One git process: by argument vector, in a process group of its own, with limits on time and
 * output. However it ends, the promise settles only when the whole group has let go of its pipes.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock } from '@bzzz/coordination';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { abortedError, assertLive } from '../abort.ts';
import { createSemaphore } from '../semaphore.ts';
import { traceFd } from './environment.ts';
import { createTraceReader, type HttpExchange } from './trace.ts';

interface GitCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
  /** Beyond it the process is ended and `stdout` holds exactly so much. Default 16 MiB. */
  readonly stdoutBytesMax?: number;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

export interface GitOutcome {
  /** Null: ended by a signal, which includes the limits. */
  readonly exitCode: number | null;
  readonly timedOut: boolean;
  readonly stdout: Buffer;
  /** The last 16 KiB. */
  readonly stderr: string;
  readonly exchanges: readonly HttpExchange[];
}

/** Throws `git_unusable` when there is no git, `aborted` when the signal fires. */
export type RunGit = (command: GitCommand) => Promise<GitOutcome>;

const stdoutBytesDefault = 16 * 1024 * 1024;
const stderrCharsMax = 16 * 1024;
/** From the polite signal to the other one; git uses it to remove its lock files. */
const killGraceMs = 2_000;

/** Processes at a time: a mesh that wakes up to hundreds of issues must not fork hundreds of gits. */
const processesMax = 8;

export function createGitRunner(clock: Clock): RunGit {
  const semaphore = createSemaphore(processesMax);
  return (command) => semaphore.run(command.signal, () => run(clock, command));
}

async function run(clock: Clock, command: GitCommand): Promise<GitOutcome> {
  assertLive(command.signal);
  const child = spawn('git', [...command.args], {
    cwd: '/',
    env: { ...command.env },
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: true,
  });
  const ended = whenEnded(child);
  const group = createGroupKiller(clock, child);
  const stdout = collect(child.stdout, command.stdoutBytesMax ?? stdoutBytesDefault, group.end);
  const stderr = keepTail(child.stderr);
  const trace = createTraceReader();
  // Reason for the cast: stdio has a fourth pipe, which the types know as either direction.
  const traced = child.stdio[traceFd] as Readable;
  traced.setEncoding('latin1').on('data', (chunk: string) => trace.push(chunk));
  feed(child, command.input);

  let timedOut = false;
  const cancelTimeout = clock.after(command.timeoutMs, () => {
    timedOut = true;
    group.end();
  });
  command.signal.addEventListener('abort', group.end, { once: true });
  try {
    const exitCode = await ended;
    if (command.signal.aborted && exitCode === null) throw abortedError();
    return {
      exitCode,
      timedOut: timedOut && exitCode === null,
      stdout: stdout(),
      stderr: stderr(),
      exchanges: trace.exchanges(),
    };
  } finally {
    cancelTimeout();
    group.done();
    command.signal.removeEventListener('abort', group.end);
  }
}

function whenEnded(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', (error) => {
      reject(
        new BzzzError('git_unusable', `git does not start: ${reasonOf(error)}`, { cause: error }),
      );
    });
    child.once('close', (code) => resolve(code));
  });
}

function createGroupKiller(clock: Clock, child: ChildProcess) {
  let cancelKill: (() => void) | undefined;
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch (error) {
      // The group is gone already, which is what was wanted.
      if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
    }
  };
  return {
    end: (): void => {
      if (cancelKill !== undefined) return;
      cancelKill = clock.after(killGraceMs, () => signalGroup('SIGKILL'));
      signalGroup('SIGTERM');
    },
    done: (): void => cancelKill?.(),
  };
}

function collect(stream: Readable, bytesMax: number, onFull: () => void): () => Buffer {
  const chunks: Buffer[] = [];
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => {
    if (bytes < bytesMax) chunks.push(chunk.subarray(0, bytesMax - bytes));
    bytes += chunk.byteLength;
    if (bytes > bytesMax) onFull();
  });
  return () => Buffer.concat(chunks);
}

function keepTail(stream: Readable): () => string {
  let text = '';
  stream.setEncoding('utf8').on('data', (chunk: string) => {
    text = (text + chunk).slice(-stderrCharsMax);
  });
  return () => text;
}

function feed(child: ChildProcess, input: Uint8Array | undefined): void {
  // A git that ends before it has read everything says why by its exit code, not by this error.
  child.stdin?.on('error', () => child.stdin?.destroy());
  child.stdin?.end(input);
}
