/**
 * While an attempt runs: renews the lease at a third of its length, and looks whether people still
 * want the work done. Its signal fires with `task_fenced`, `task_refused`,
 * `task_edited`, or `task_transition` where an end of ours stands already.
 */
import { BzzzError, isBzzzError } from '@bzzz/protocol';
import type { Holding } from '../fence/holding.ts';
import type { Clock } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';
import { sleep } from '../support/sleep.ts';

export interface KeepAliveDeps {
  readonly clock: Clock;
  readonly trouble: Trouble;
  /** One look at the issue; throws `task_refused` or `task_edited` when we are to stop. */
  readonly look: (signal: AbortSignal) => Promise<void>;
}

export interface KeepAlive {
  /** Joined with the caller's signal. */
  readonly signal: AbortSignal;
  /** Look at the issue now: somebody says that it changed. */
  recheck(): void;
  stop(): void;
}

/** Errors of a renewal that end the work. */
const ends = new Set<string>(['task_fenced', 'task_transition', 'stopped', 'aborted']);
/** Errors of a look that end the work. */
const stops = new Set<string>(['task_refused', 'task_edited']);

export function keepAlive(deps: KeepAliveDeps, holding: Holding, signal: AbortSignal): KeepAlive {
  const { clock, trouble } = deps;
  const lost = new AbortController();
  const over = new AbortController();
  // A renewal that gets no answer must not hold up the end: the next move finds out what became of it.
  const until = AbortSignal.any([signal, over.signal, lost.signal]);
  let isRechecking = false;
  let isAskedAgain = false;

  async function run(): Promise<void> {
    const periodMs = holding.tip().record.leaseMs / 3;
    let renewAtMs = clock.monotonicMs() + periodMs;
    while (!until.aborted) {
      await sleep(clock, Math.max(0, renewAtMs - clock.monotonicMs()), until);
      const isAnswered = await renew();
      renewAtMs = clock.monotonicMs() + (isAnswered ? periodMs : periodMs / 4);
      await look();
    }
  }

  /** Beside the renewals: their answers may be lost, and who says that people object is not kept waiting for those. */
  async function recheck(): Promise<void> {
    isAskedAgain = isRechecking;
    if (isRechecking) return;
    isRechecking = true;
    do {
      isAskedAgain = false;
      await look();
    } while (isAskedAgain);
    isRechecking = false;
  }

  /** False: the push could not be made at all, as without a token: that says nothing about whose the task is. */
  async function renew(): Promise<boolean> {
    try {
      heed(await holding.renew(until));
      return true;
    } catch (error) {
      if (until.aborted || !isBzzzError(error) || ends.has(error.code)) throw error;
      trouble.tell(error, holding.task);
      return false;
    }
  }

  function heed(verdict: Awaited<ReturnType<Holding['renew']>>): void {
    if (verdict.kind === 'won') return;
    if (verdict.kind === 'lost') throw new BzzzError('task_fenced', verdict.reason);
    const { state } = holding.tip().record;
    // An earlier run of ours had ended it, and that has arrived only now.
    if (state !== 'held')
      throw new BzzzError('task_transition', `it has ended as ${state} already`);
    // Where we get no answer nobody else does: the work goes on (DESIGN.md 4.2).
    const code = verdict.kind === 'refused' ? 'fence_refused' : 'forge_unreachable';
    trouble.tell(new BzzzError(code, verdict.reason), holding.task);
  }

  async function look(): Promise<void> {
    try {
      await deps.look(until);
    } catch (error) {
      if (until.aborted || !isBzzzError(error) || stops.has(error.code)) throw error;
      trouble.tell(error, holding.task);
    }
  }

  function lose(error: unknown): void {
    if (until.aborted) return;
    lost.abort(isBzzzError(error) ? error : new BzzzError('task_fenced', String(error)));
  }

  run().catch(lose);
  return {
    signal: AbortSignal.any([signal, lost.signal]),
    recheck: () => void recheck().catch(lose),
    stop: () => over.abort(),
  };
}
