/**
 * Looks after the processes in which executors think: one for each attempt that runs, so that one which
 * dies takes nothing with it but its own attempt, gives its memory back, and brings nothing of an issue to
 * the next. What happened to workers of a kind decides when the next may start (`health.ts`).
 */
import type { Clock, ExecutorReport, Random } from '@bzzz/coordination';
import { BzzzError, type PromptExecutor } from '@bzzz/protocol';
import type { Runner } from '../runner.ts';
import { createHealth, type Health, type HealthState, type Ticket } from './health.ts';
import { WorkerLost } from './lost.ts';
import { settingsOf, type WorkerOptions } from './options.ts';
import { startProcess, type WorkerProcess } from './process.ts';
import { converse, type SessionJob } from './session.ts';

interface Death {
  readonly kind: PromptExecutor;
  readonly reason: string;
}

export interface WorkersDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly runner: Runner;
  /** Told each death. */
  readonly onDeath?: (death: Death) => void;
  /** Told when a worker lives after the last of its kind died. */
  readonly onRestart?: (after: Death) => void;
}

export interface WorkerState extends HealthState {
  readonly kind: PromptExecutor;
  /** Attempts under way. */
  readonly running: number;
  /** Why none is begun now, for people; null: one may be. */
  readonly unready: string | null;
}

export interface Workers {
  /** Whether an attempt of that kind may begin now. */
  ready(kind: PromptExecutor): boolean;
  /** Throws `worker_lost`, and what an executor throws. Nothing of the attempt runs any more then. */
  run(
    kind: PromptExecutor,
    job: SessionJob,
    options?: { signal?: AbortSignal },
  ): Promise<ExecutorReport>;
  /** Of the kinds that have run. */
  state(): readonly WorkerState[];
  /** Told whenever `ready` may be another than before. */
  onChange(listener: () => void): void;
  /** Starts a worker and ends it: whether this machine can. Throws `worker_lost`. Milliseconds that it took. */
  probe(): Promise<number>;
  /** Nothing more is told. */
  stop(): void;
}

interface Kind {
  readonly health: Health;
  running: number;
  /** How the last one died, while none lived since. */
  lost: Death | null;
}

export function createWorkers(deps: WorkersDeps, options: WorkerOptions = {}): Workers {
  const { clock, random, runner, onDeath = () => undefined, onRestart = () => undefined } = deps;
  const settings = settingsOf(options);
  const kinds = new Map<PromptExecutor, Kind>();
  const listeners: (() => void)[] = [];
  let cancelChange = () => {};
  const never = new AbortController().signal;

  function kindOf(name: PromptExecutor): Kind {
    const known = kinds.get(name);
    if (known !== undefined) return known;
    const health = createHealth({ clock, random }, settings.health);
    const fresh: Kind = { health, running: 0, lost: null };
    kinds.set(name, fresh);
    return fresh;
  }

  function changed(): void {
    for (const listener of listeners) listener();
    cancelChange();
    const trials = [...kinds.values()].flatMap(({ health }) => health.state().trialInMs ?? []);
    if (trials.length > 0) cancelChange = clock.after(Math.min(...trials), changed);
  }

  /** A worker that dies before it was given anything is started again, while that is not hopeless. */
  async function start(
    kind: Kind,
    onLost: (lost: WorkerLost) => void,
    signal: AbortSignal,
  ): Promise<WorkerProcess> {
    for (;;) {
      await pause(clock, kind.health.waitMs(), signal);
      try {
        const worker = await startProcess(clock, settings, signal);
        if (kind.lost !== null) onRestart(kind.lost);
        kind.lost = null;
        return worker;
      } catch (error) {
        if (!(error instanceof WorkerLost)) throw error;
        onLost(error);
        if (kind.health.state().breaker === 'open') throw error;
      }
    }
  }

  async function attempt(
    name: PromptExecutor,
    ticket: Ticket,
    job: SessionJob,
    signal: AbortSignal,
  ): Promise<ExecutorReport> {
    const kind = kindOf(name);
    let isProof = false;
    let told: WorkerLost | null = null;
    const onLost = (lost: WorkerLost) => {
      told = lost;
      kind.health.died(ticket, lost.message);
      kind.lost = { kind: name, reason: lost.message };
      onDeath(kind.lost);
      changed();
    };
    try {
      const worker = await start(kind, onLost, signal);
      const report = await converse({ clock, runner, settings }, worker, job, signal);
      isProof = true;
      return report;
    } catch (error) {
      if (error instanceof WorkerLost && error !== told) onLost(error);
      isProof = !(error instanceof WorkerLost) && !signal.aborted;
      if (signal.aborted) throw aborted();
      if (!(error instanceof WorkerLost)) throw error;
      throw new BzzzError('worker_lost', `the worker of ${name} is lost: ${error.message}`);
    } finally {
      kind.health.ended(ticket, { isProof });
    }
  }

  return {
    ready: (name) => kindOf(name).health.ready(),
    async run(name, job, { signal = never } = {}) {
      if (signal.aborted) throw aborted();
      const kind = kindOf(name);
      const ticket = kind.health.enter();
      if (ticket === null) {
        throw new BzzzError('worker_lost', `nothing is begun: ${unreadyOf(kind.health.state())}`);
      }
      kind.running += 1;
      if (ticket.isTrial) changed();
      try {
        return await attempt(name, ticket, job, signal);
      } finally {
        kind.running -= 1;
        if (ticket.isTrial) changed();
      }
    },
    state: () =>
      [...kinds].map(([kind, { health, running }]) => {
        const state = health.state();
        return { kind, running, ...state, unready: health.ready() ? null : unreadyOf(state) };
      }),
    onChange: (listener) => void listeners.push(listener),
    async probe() {
      const fromMs = clock.monotonicMs();
      try {
        const worker = await startProcess(clock, settings, never);
        const tookMs = clock.monotonicMs() - fromMs;
        await worker.end();
        return tookMs;
      } catch (error) {
        if (!(error instanceof WorkerLost)) throw error;
        throw new BzzzError('worker_lost', `a worker cannot be started: ${error.message}`);
      }
    },
    stop() {
      cancelChange();
      listeners.length = 0;
    },
  };
}

function unreadyOf({ recent, lastReason, breaker }: HealthState): string {
  const why = `its workers died ${recent} ${recent === 1 ? 'time' : 'times'} lately (the last: ${lastReason})`;
  return breaker === 'trial' ? `${why}, and one attempt tries whether they live again` : why;
}

function aborted(): BzzzError {
  return new BzzzError('aborted', 'the work was cancelled');
}

/** Throws the signal's reason. */
async function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (delayMs <= 0) return;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = clock.after(delayMs, resolve);
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    await promise;
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
  }
}
