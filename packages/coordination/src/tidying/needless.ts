/**
 * Whether the branches of a task are needed no longer. They go when people have merged its pull request or
 * closed the issue, no pull request of theirs is open, the claim has ended or lapsed, and the lock explains all that stands:
 * what it does not explain is a person's.
 */
import type { Issue, LockRecord, Oid } from '@bzzz/protocol';
import type { Branches } from '../ports/index.ts';
import { accountsOf } from '../fence/commit.ts';
import { isExplained, type TipReading } from '../fence/tip.ts';

/** The lock, with the record on it, and the result branch as one read showed them. */
export interface Standing extends Branches {
  readonly lock: Oid;
  readonly record: LockRecord;
}

export function standingOf({ number }: Pick<Issue, 'number'>, reading: TipReading) {
  const { tip, result } = reading;
  if (tip.kind !== 'record') return undefined;
  const standing: Standing = { number, lock: tip.oid, result, record: tip.record };
  return isExplained(tip.record, result) ? standing : undefined;
}

/** Whether the lock accounts for all who are assigned to the open issue, and somebody is. */
export function isAssignedBy({ record }: Standing, { state, assignees }: Issue): boolean {
  const ours = accountsOf(record);
  return state === 'open' && assignees.length > 0 && assignees.every((one) => ours.includes(one));
}

/** By the wall clock, which is close enough to the forge's for a wait of hours. */
export function isLongClosed(issue: Issue, wallMs: number, keepMs: number): boolean {
  return issue.state === 'closed' && wallMs - issue.updatedAtMs >= keepMs;
}
