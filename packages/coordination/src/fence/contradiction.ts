/**
 * What was heard of a claim, against what reads of its fence show. A hint is only somebody's word: once
 * reads have said otherwise for longer than they may lag, the forge is believed (DESIGN.md 4.1, 4.2).
 */
import type { Oid, TaskId } from '@bzzz/protocol';
import type { Clock } from '../ports/index.ts';
import type { Hold } from '../task/state.ts';
import type { TipReading } from './tip.ts';

export interface Contradictions {
  /** Takes a read in; whether the hold that was heard of is refuted by now. */
  refutes(task: TaskId, hold: Hold, reading: TipReading): boolean;
}

export function createContradictions(
  { clock }: { readonly clock: Pick<Clock, 'monotonicMs'> },
  { lagMs }: { readonly lagMs: number },
): Contradictions {
  /** The claim of each task that reads do not show, and since when. */
  const doubted = new Map<TaskId, { readonly lock: Oid; readonly sinceMs: number }>();
  return {
    refutes(task, hold, reading) {
      if (!contradicts(hold, reading)) {
        doubted.delete(task);
        return false;
      }
      const nowMs = clock.monotonicMs();
      const before = doubted.get(task);
      if (before?.lock !== hold.lock) {
        doubted.set(task, { lock: hold.lock, sinceMs: nowMs });
        return false;
      }
      if (nowMs - before.sinceMs <= lagMs) return false;
      doubted.delete(task);
      return true;
    },
  };
}

/** A tip that only an older read could show, if the claim stood. */
function contradicts({ epoch, lock }: Hold, { tip }: TipReading): boolean {
  if (tip.kind === 'absent') return true;
  return tip.kind === 'record' && tip.oid !== lock && tip.record.epoch < epoch;
}
