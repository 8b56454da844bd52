/** Runs one of our own short programs (git, bwrap for a probe) to its end. Never a shell. */
import { spawn } from 'node:child_process';
import { BzzzError } from '@bzzz/protocol';
import { signalProcess } from './processes.ts';

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
 * `workspace_failed` on too much output.
 */
export async function runOnce(
  program: string,
  args: readonly string[],
  options: CaptureOptions = {},
): Promise<Captured> {
  const { signal, outputBytesMax = 512 * 1024 * 1024, timeMs = 300_000 } = options;
  throwIfAborted(program, signal);
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: options.env ?? { PATH: process.env['PATH'] ?? '' },
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
  });
  // The whole group: what it has started would keep its output open.
  const kill = () => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      signalProcess(-child.pid, 'SIGKILL');
    }
  };
  signal?.addEventListener('abort', kill, { once: true });
  // Patterns and file names of a stranger can keep a program busy for ever.
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    kill();
  }, timeMs);
  const chunks = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
  let bytes = 0;
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].on('data', (chunk: Buffer) => {
      bytes += chunk.byteLength;
      if (bytes > outputBytesMax) kill();
      else chunks[name].push(chunk);
    });
  }
  // EPIPE: it ended without reading its input, and its exit code says what that means.
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(options.input ?? '');
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  child.once('error', reject);
  child.once('close', (code) => resolve(code));
  try {
    const code = await promise;
    throwIfAborted(program, signal);
    if (bytes > outputBytesMax)
      throw failed(`${program} printed more than ${outputBytesMax} bytes`);
    if (late) throw failed(`${program} took more than ${timeMs} ms`);
    return { code, stdout: Buffer.concat(chunks.stdout), stderr: Buffer.concat(chunks.stderr) };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', kill);
  }
}

function failed(reason: string): BzzzError {
  return new BzzzError('workspace_failed', reason);
}

function throwIfAborted(program: string, signal?: AbortSignal): void {
  if (signal?.aborted === true) throw new BzzzError('aborted', `${program} was cancelled`);
}
