/** What the journal tells of how a task of an earlier run ended. */
import type { Ending } from '../recovery/fold.ts';
import type { TaskState } from '../task/state.ts';
import type { LastWords } from './epilogue.ts';

/** How a task of an earlier run ended, as it is told to others. */
export function stateOfEnding({
  state,
  reason,
  pullRequest,
  intent,
}: Ending): TaskState | undefined {
  if (intent === undefined) return undefined;
  const { peer, epoch, leaseMs } = intent.record;
  const hold = { peer, epoch, lock: intent.oid, leaseMs };
  if (state === 'done') {
    return pullRequest === null ? undefined : { state, hold, pullRequest };
  }
  return { state, hold, reason };
}

/** What people were told at the end, to be put again; undefined: nothing. */
export function lastWordsOf({ state, reason, pullRequest, intent }: Ending): LastWords | undefined {
  if (intent === undefined) return undefined;
  const { record } = intent;
  if (state === 'done') return pullRequest === null ? undefined : { state, record, pullRequest };
  return state === 'failed' ? { state, record, reason } : undefined;
}
