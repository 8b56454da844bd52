/**
 * The process that starts programs for another. It holds nothing and imports nothing but Node, so that
 * it stays small: what a fork costs grows with the memory of the process that forks. It ends, and its
 * programs with it, when the other process is gone.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { signalGroup } from './group.ts';
import { inMemory } from './memory-file.ts';
import type { Order, OutputFd, Report, RunOrder, StopReason } from './messages.ts';

const running = new Map<number, (reason: StopReason) => void>();

function tell(report: Report, then?: () => void): void {
  if (!process.connected) return;
  process.send?.(report, (error: Error | null) => {
    if (error === null) then?.();
  });
}

function run(order: RunOrder): void {
  const { id } = order;
  let child: ChildProcess;
  let secret: number | null = null;
  try {
    secret = order.secret === undefined ? null : inMemory(order.secret);
    child = spawn(order.program, order.args, {
      cwd: order.cwd,
      env: order.env,
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', ...(secret === null ? [] : [secret])],
      // A group of its own: what it starts is ended with it, and a terminal's Ctrl-C does not reach it.
      detached: true,
    });
  } catch (error) {
    return fail(id, error);
  } finally {
    if (secret !== null) closeSync(secret);
  }
  if (child.pid !== undefined) tell({ kind: 'started', id, pid: child.pid });
  let stopped: StopReason | null = null;
  let killing: NodeJS.Timeout | undefined;
  const stop = (reason: StopReason) => {
    if (stopped !== null || !running.has(id)) return;
    stopped = reason;
    signalGroup(child.pid, order.graceMs > 0 ? 'SIGTERM' : 'SIGKILL');
    killing = setTimeout(() => signalGroup(child.pid, 'SIGKILL'), order.graceMs);
  };
  const late = setTimeout(() => stop('time'), order.timeMs);
  running.set(id, stop);
  const over = () => {
    clearTimeout(late);
    clearTimeout(killing);
    return running.delete(id);
  };
  forwardOutput(child, order, () => stop('output'));
  child.once('error', (error) => {
    if (over()) fail(id, error);
  });
  // Only when the whole group has let go of its pipes.
  child.once('close', (code) => {
    if (over()) tell({ kind: 'ended', id, code, stopped });
  });
  // One that ends before it has read everything says why by its exit code, not by this error.
  child.stdin?.on('error', () => child.stdin?.destroy());
  child.stdin?.end(order.input);
}

function forwardOutput(child: ChildProcess, order: RunOrder, onFull: () => void): void {
  let bytes = 0;
  for (const fd of [1, 2, 3] as const satisfies OutputFd[]) {
    // Reason for the cast: the types know a pipe as either direction.
    const stream = child.stdio[fd] as Readable | null | undefined;
    stream?.on('data', (chunk: Buffer) => {
      const room = order.outputBytesMax - bytes;
      bytes += chunk.byteLength;
      if (chunk.byteLength > room) onFull();
      if (room <= 0) return;
      // The reader's pace is the program's pace.
      stream.pause();
      const report = { kind: 'output', id: order.id, fd, chunk: chunk.subarray(0, room) } as const;
      tell(report, () => stream.resume());
    });
  }
}

function fail(id: number, error: unknown): void {
  const known = error instanceof Error ? error : new Error(String(error));
  const code = 'code' in known ? String(known.code) : 'UNKNOWN';
  tell({ kind: 'failed', id, code, reason: known.message });
}

process.on('message', (order: Order) => {
  if (order.kind === 'run') run(order);
  else running.get(order.id)?.('asked');
});

// Who is told to end may still have to say goodbye by a program: only its end is ours.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
process.on('disconnect', () => {
  for (const stop of running.values()) stop('asked');
  process.exit();
});
