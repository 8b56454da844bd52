/** One program to its end: by argument vector, never a shell, with limits on time and output. */
import { signalGroup } from './group.ts';
import { type Link, join } from './link.ts';
import { type Report, secretFd, type StopReason } from './messages.ts';

export interface Program {
  readonly program: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Default: the root folder. */
  readonly cwd?: string | undefined;
  /** Written to its input, which is then closed. */
  readonly input?: Uint8Array | undefined;
  /** What it, and whatever it starts, may read from `secretPath`. */
  readonly secret?: Uint8Array | undefined;
  /** Of standard output, standard error and descriptor 3 together; beyond it, it is ended. */
  readonly outputBytesMax: number;
  /** Beyond it, it is ended. */
  readonly timeMs: number;
  /** From the polite signal to the other one; 0, the default: the other one at once. */
  readonly graceMs?: number;
  /** Ends it. */
  readonly signal?: AbortSignal | undefined;
}

export interface EndedProgram {
  /** Null: ended by a signal. */
  readonly code: number | null;
  /** Why it was ended, if it was; `lost`: with the process that ran it. It may have ended by itself first. */
  readonly stopped: StopReason | 'lost' | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  /** What it wrote to descriptor 3. */
  readonly extra: Buffer;
}

/** Where a program with a secret reads it, as often as it likes. */
export const secretPath = `/proc/self/fd/${secretFd}`;

let lastId = 0;

/**
 * Settles only when the whole process group has let go of its pipes. Throws an `Error` with the
 * system's `code` when the program cannot be started (`ENOENT`: there is none).
 */
export function runProgram(program: Program): Promise<EndedProgram> {
  const id = ++lastId;
  const { signal } = program;
  const { promise, resolve, reject } = Promise.withResolvers<EndedProgram>();
  const chunks: Record<1 | 2 | 3, Uint8Array[]> = { 1: [], 2: [], 3: [] };
  const outputs = () => ({
    stdout: Buffer.concat(chunks[1]),
    stderr: Buffer.concat(chunks[2]),
    extra: Buffer.concat(chunks[3]),
  });

  let pid: number | undefined;

  function onReport(report: Report): void {
    if (report.kind === 'started') {
      pid = report.pid;
      return;
    }
    if (report.kind === 'output') {
      chunks[report.fd].push(report.chunk);
      return;
    }
    link.done(id);
    if (report.kind === 'failed') reject(systemError(report.reason, report.code));
    else resolve({ code: report.code, stopped: report.stopped, ...outputs() });
  }

  function onLost(reason: string): void {
    // Nobody waits for it any more.
    signalGroup(pid, 'SIGKILL');
    const said = Buffer.from(`the process that starts programs is gone: ${reason}`);
    resolve({ code: null, stopped: 'lost', ...outputs(), stderr: said });
  }

  const link: Link = join(id, { onReport, onLost });
  const stop = () => link.send({ kind: 'stop', id });
  link.send({ kind: 'run', id, cwd: '/', graceMs: 0, ...orderOf(program) });
  if (signal?.aborted === true) stop();
  signal?.addEventListener('abort', stop, { once: true });
  return promise.finally(() => signal?.removeEventListener('abort', stop));
}

function orderOf({ cwd, graceMs, secret, ...program }: Program) {
  const { args, env, input = new Uint8Array(), outputBytesMax, timeMs } = program;
  return {
    program: program.program,
    args,
    env,
    input,
    outputBytesMax,
    timeMs,
    ...(cwd === undefined ? {} : { cwd }),
    ...(secret === undefined ? {} : { secret }),
    ...(graceMs === undefined ? {} : { graceMs }),
  };
}

function systemError(reason: string, code: string): Error {
  return Object.assign(new Error(reason), { code });
}
