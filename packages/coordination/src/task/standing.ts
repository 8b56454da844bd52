/** A task whose lock says an end already: only what people see of that is completed. */
import type { LockRecord, Oid } from '@bzzz/protocol';
import { isExplained } from '../fence/tip.ts';
import { adopt } from './complete.ts';
import type { DriveDeps, DriveEnd, DriveJob, DriveOptions } from './driving.ts';
import { unexplainedBranch } from './prior-result.ts';

export async function asItStands(
  deps: DriveDeps,
  options: DriveOptions,
  { holding, resultTip }: DriveJob,
  record: Exclude<LockRecord, { state: 'held' }>,
  signal: AbortSignal,
): Promise<DriveEnd> {
  switch (record.state) {
    case 'result':
      return adopt(deps, options, holding, signal);
    case 'failed':
      await deps.visible.failed(record, record.reason, signal);
      return { state: 'failed', reason: record.reason };
    case 'released':
      return givenBack(deps, record, resultTip, signal);
  }
}

/** By an earlier run, or before a bid that was refused: free for whoever bids, but over what a person made. */
async function givenBack(
  { visible }: Pick<DriveDeps, 'visible'>,
  record: Extract<LockRecord, { state: 'released' }>,
  resultTip: Oid | null,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { reason } = record;
  if (isExplained(record, resultTip)) return { state: 'released', reason, again: 'soon' };
  await visible.released(record, unexplainedBranch, signal);
  return { state: 'released', reason: unexplainedBranch, again: 'when-reopened' };
}
