/** One process from its start to its end, whatever ends it. */
import { BzzzError } from '@bzzz/protocol';
import { startAllowance } from './allowance.ts';
import { endRun, killRun } from './ending.ts';
import { watchLimits } from './limit-watch.ts';
import { describe, type Ended, type RunOutcome } from './outcome.ts';
import { keepStill, rested } from './rest.ts';
import type { RunNote } from './run-record.ts';
import { type Launch, launch } from './spawn.ts';

/** Settles when nothing of the run exists any more. Throws `sandbox_missing`, `aborted`. */
export async function watchRun(
  plan: Launch,
  note: RunNote,
  graceMs: number,
  signal: AbortSignal,
): Promise<RunOutcome> {
  throwIfAborted(signal);
  const { rest, onSign } = plan;
  await rested(rest, signal);
  onSign();
  const startMs = performance.now();
  const fate: Fate = { ended: 'exit', ending: null, failure: null };
  // Without it, a process that may not be killed would be waited for until it likes to end.
  const stuck = Promise.withResolvers<never>();
  // Most runs never look at it.
  stuck.promise.catch(() => undefined);
  const live = await launch(plan, () => end('output'));
  const end = (why: Fate['ended']) => {
    if (fate.ending !== null || live.hasExited()) return;
    fate.ended = why;
    // What is over a limit could go on taking while it is asked.
    const asked = why === 'aborted' || why === 'time';
    fate.ending = stopResting().then(() => (asked ? endRun(live, graceMs) : killRun(live)));
    fate.ending.catch(stuck.reject);
  };
  const fail = (error: unknown) => {
    fate.failure ??= error;
    end('signal');
  };
  const onAbort = () => end('aborted');
  const allowance = startAllowance({ timeMs: plan.limits.timeMs, rest }, () => end('time'));
  const stopResting = keepStill({ rest, members: live.members, onError: fail });
  const stopLooking = watchLimits({
    members: live.members,
    folders: plan.folders,
    limits: plan.limits,
    onOver: end,
    onWritten: onSign,
    onError: fail,
  });
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    const noted = note.started(live.pid).catch(fail);
    const exit = await Promise.race([live.exited, stuck.promise]);
    await (fate.ending ?? killRun(live));
    await noted;
    if (fate.failure !== null) throw fate.failure;
    if (fate.ended === 'aborted') throw new BzzzError('aborted', 'the command was cancelled');
    return describe(plan, live, fate.ended, { ...exit, elapsedMs: performance.now() - startMs });
  } finally {
    allowance.end();
    signal.removeEventListener('abort', onAbort);
    await stopLooking();
    await stopResting();
    onSign();
  }
}

interface Fate {
  ended: Ended | 'aborted';
  /** Null: nobody has asked for the end. */
  ending: Promise<void> | null;
  /** Null: nothing of ours went wrong. */
  failure: unknown;
}

export function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw new BzzzError('aborted', 'the command was cancelled');
}
