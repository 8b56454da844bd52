/**
 * Where one test plays: a temporary folder, and everything that was started for it. Whatever
 * becomes of the test, closing the stage ends every process by its pid and removes the folder; a
 * process that outlives its parent is a failure of the test.
 */
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  killGroup,
  processesUnder,
  type Running,
  signalAll,
  startProcess,
  type StartOptions,
} from './processes.ts';

export interface Stage {
  readonly dir: string;
  /** Starts a process that ends with the stage. Its log is `<dir>/<name>.log`. */
  start(name: string, options: Omit<StartOptions, 'logFile'>): Promise<Running>;
  /** Something further to undo, before the processes are ended. */
  defer(undo: () => Promise<void>): void;
  /** Waits for a state, and says what it waited for when that does not come. */
  until<T>(what: string, look: Look<T>): Promise<T>;
  /** Idempotent. Throws when a process was left behind. */
  close(): Promise<void>;
}

/** Undefined or false: not yet. */
type Look<T> = () => Promise<T | undefined | false> | T | undefined | false;

/** Limit of a test, for a machine that is busy with others: a state that does not come fails sooner. */
export const patientMs = 900_000;
/** Longer than any state takes on a busy machine, shorter than a test's own limit. */
const stateMsMax = 240_000;
const lookEveryMs = 50;
/** Commands in a sandbox die with their peer, and git with its connection; not in the same instant. */
const dyingMsMax = 10_000;

export async function createStage(): Promise<Stage> {
  const dir = await realpath(await mkdtemp(join(tmpdir(), 'bzzz-e2e-')));
  const started = new Map<string, Running>();
  const undone = new AsyncDisposableStack();
  const closing = new AbortController();
  let closed: Promise<void> | undefined;

  async function until<T>(what: string, look: Look<T>): Promise<T> {
    const deadlineMs = performance.now() + stateMsMax;
    for (;;) {
      closing.signal.throwIfAborted();
      const found = await look();
      if (found !== undefined && found !== false) return found;
      if (performance.now() > deadlineMs) {
        throw new Error(`did not come true in ${stateMsMax / 1000} s: ${what}\n${await logs()}`);
      }
      await pause(lookEveryMs, undefined, { signal: closing.signal });
    }
  }

  async function logs(): Promise<string> {
    const tails = await Promise.all(
      [...started].map(async ([name, running]) => {
        const lines = (await running.output()).trimEnd().split('\n');
        return [`--- ${name}${running.hasEnded() ? ' (ended)' : ''}`, ...lines.slice(-15)];
      }),
    );
    return tails.flat().join('\n');
  }

  async function close(): Promise<void> {
    closing.abort(new Error('the test is over'));
    try {
      await undone.disposeAsync();
      await Promise.all([...started.values()].map(killGroup));
      await nobodyLeft(dir);
    } finally {
      await rm(dir, { recursive: true, force: true });
    }
  }

  return {
    dir,
    until,
    async start(name, options) {
      const running = await startProcess({ ...options, logFile: join(dir, `${name}.log`) });
      started.set(started.has(name) ? `${name} (pid ${running.pid})` : name, running);
      return running;
    },
    defer: (undo) => undone.defer(undo),
    close: () => (closed ??= close()),
  };
}

/** Waits until no process works in the folder any more; ends what does not go, and says so. */
export async function nobodyLeft(dir: string): Promise<void> {
  const deadlineMs = performance.now() + dyingMsMax;
  for (;;) {
    const left = await processesUnder(dir);
    if (left.length === 0) return;
    if (performance.now() > deadlineMs) {
      for (const { pid } of left) signalAll(pid, 'SIGKILL');
      const told = left.map(({ pid, command }) => `${pid} ${command}`).join('\n');
      throw new Error(`left behind in ${basename(dir)}:\n${told}`);
    }
    await pause(lookEveryMs);
  }
}
