/**
 * One git process, with limits on time and output. However it ends, the promise settles only when its
 * whole process group has let go of its pipes.
 */
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { type EndedProgram, runProgram } from '@bzzz/programs';
import { abortedError, assertLive } from '../abort.ts';
import { createSemaphore } from '../semaphore.ts';
import { createTraceReader, type HttpExchange } from './trace.ts';

interface GitCommand {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input?: Uint8Array;
  /** See `Program`. */
  readonly secret?: Uint8Array;
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

export function createGitRunner(): RunGit {
  const semaphore = createSemaphore(processesMax);
  return (command) => semaphore.run(command.signal, () => run(command));
}

async function run(command: GitCommand): Promise<GitOutcome> {
  assertLive(command.signal);
  const ended = await runProgram({
    program: 'git',
    args: command.args,
    env: command.env,
    input: command.input,
    secret: command.secret,
    outputBytesMax: command.stdoutBytesMax ?? stdoutBytesDefault,
    timeMs: command.timeoutMs,
    graceMs: killGraceMs,
    signal: command.signal,
  }).catch((error: unknown) => {
    const reason = `git does not start: ${reasonOf(error)}`;
    // Another one than that there is none may be over in a moment: a full memory, too many processes.
    const isMissing = /\b(?:ENOENT|EACCES)\b/.test(reason);
    throw new BzzzError(isMissing ? 'git_unusable' : 'git_failed', reason, { cause: error });
  });
  if (command.signal.aborted && ended.code === null) throw abortedError();
  return outcomeOf(ended);
}

function outcomeOf({ code, stopped, stdout, stderr, extra }: EndedProgram): GitOutcome {
  const trace = createTraceReader();
  trace.push(extra.toString('latin1'));
  return {
    exitCode: code,
    timedOut: stopped === 'time' && code === null,
    stdout,
    stderr: stderr.toString('utf8').slice(-stderrCharsMax),
    exchanges: trace.exchanges(),
  };
}
