/** What a read of a fence says about a task that is not ours, for the book. */
import { isExplained, type TipReading } from '../fence/tip.ts';
import type { TaskEntry } from '../task/book.ts';
import { unexplainedBranch } from '../task/prior-result.ts';
import { claimed, ended, open, type TaskState } from '../task/state.ts';

/**
 * `result` and `failed` without word from their holder count as held: whether people can see the
 * outcome is not known, and whoever takes over completes that.
 */
export function learnFromTip(entry: TaskEntry, { tip, result }: TipReading): Partial<TaskEntry> {
  switch (tip.kind) {
    case 'absent':
      return {};
    case 'foreign':
      return { blocked: personsLock };
    case 'record': {
      const { peer, epoch, leaseMs, state } = tip.record;
      const hold = { peer, epoch, lock: tip.oid, leaseMs };
      // What was only heard gives way to what stands: a release that is not there is none.
      const known = entry.state.state === 'released' ? open : entry.state;
      if (state !== 'released') return { state: withReason(claimed(known, hold), tip) };
      const over = { state: ended(entry.state, { state, hold, reason: tip.record.reason }) };
      // No claim published this branch: it is a person's.
      return isExplained(tip.record, result) ? over : { ...over, blocked: unexplainedBranch };
    }
  }
}

/** Why it failed stands in the lock itself; whoever told us of the failure did not say. */
function withReason(
  known: TaskState,
  { oid, record }: Extract<TipReading['tip'], { kind: 'record' }>,
): TaskState {
  const isIt = known.state === 'failed' && record.state === 'failed' && known.hold.lock === oid;
  return isIt ? { ...known, reason: record.reason } : known;
}

const personsLock =
  'a person pushed to the lock branch; delete it, with the result branch if there is one, and reopen the issue to start over';
