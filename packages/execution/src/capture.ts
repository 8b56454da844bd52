/** Runs one of our own short programs (git, bwrap for a probe) to its end. Never a shell. */
import { runProgram } from '@bzzz/programs';
import { BzzzError } from '@bzzz/protocol';

export interface CaptureOptions {
  readonly signal?: AbortSignal | undefined;
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** Written to its input. */
  readonly input?: Uint8Array | string | undefined;
  /** More output than that ends it with `workspace_failed`. */
  readonly outputBytesMax?: number | undefined;
  /** Longer than that, and it is ended with `workspace_failed`. Default 5 minutes. */
  readonly timeMs?: number | undefined;
}

export interface Captured {
  /** Null: a signal ended it. */
  readonly code: number | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}

/**
 * Resolves when it has ended. Throws the spawn error (`ENOENT`: no such program), `aborted`, or
 * `workspace_failed` on too much output or time: patterns and file names of a stranger can keep a
 * program busy for ever.
 */
export async function runOnce(
  program: string,
  args: readonly string[],
  options: CaptureOptions = {},
): Promise<Captured> {
  const { signal, outputBytesMax = 512 * 1024 * 1024, timeMs = 300_000 } = options;
  const { env = { PATH: process.env['PATH'] ?? '' }, cwd = process.cwd() } = options;
  const input = typeof options.input === 'string' ? Buffer.from(options.input) : options.input;
  throwIfAborted(program, signal);
  const limits = { outputBytesMax, timeMs };
  const ended = await runProgram({ program, args, env, cwd, input, signal, ...limits });
  throwIfAborted(program, signal);
  if (ended.stopped === 'output')
    throw failed(`${program} printed more than ${outputBytesMax} bytes`);
  if (ended.stopped === 'time') throw failed(`${program} took more than ${timeMs} ms`);
  return ended;
}

function failed(reason: string): BzzzError {
  return new BzzzError('workspace_failed', reason);
}

function throwIfAborted(program: string, signal?: AbortSignal): void {
  if (signal?.aborted === true) throw new BzzzError('aborted', `${program} was cancelled`);
}
