/** What the journal tells of an earlier run, handed to those who must know it. */
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Fence } from '../fence/fence.ts';
import type { Membership } from '../membership/membership.ts';
import type { Pause } from '../pause/pause.ts';
import type { Clock } from '../ports/index.ts';
import type { Quarantine } from '../quarantine/quarantine.ts';
import type { Ending, Memory } from '../recovery/fold.ts';
import type { Book } from '../task/book.ts';
import type { TaskState } from '../task/state.ts';
import type { Epilogue, LastWords } from './epilogue.ts';

export interface RememberDeps {
  readonly clock: Pick<Clock, 'wallMs' | 'monotonicMs'>;
  readonly chronicle: Pick<Chronicle, 'resume'>;
  readonly membership: Pick<Membership, 'remember'>;
  readonly fence: Pick<Fence, 'remember'>;
  readonly book: Pick<Book, 'update'>;
  readonly epilogue: Pick<Epilogue, 'ended'>;
  readonly pause: Pick<Pause, 'remember'>;
  readonly quarantine: Pick<Quarantine, 'remember'>;
}

export function remember(deps: RememberDeps, memory: Memory): void {
  const { clock } = deps;
  if (memory.lastAt !== null) deps.chronicle.resume(memory.lastAt);
  deps.pause.remember(memory.pause);
  deps.quarantine.remember(memory.quarantine);
  deps.membership.remember(memory.members);
  for (const intent of memory.intents) {
    const stoodMs = memory.stoodMs.get(intent.oid);
    deps.fence.remember(intent, stoodMs && monotonicOf(clock, stoodMs));
  }
  for (const [task, ending] of memory.endings) {
    const state = stateOfEnding(ending);
    if (state !== undefined) deps.book.update(task, { state });
    const words = lastWordsOf(ending);
    if (words !== undefined) deps.epilogue.ended(task, words);
  }
}

/** Never in the future, also where the wall clock was set back since. */
function monotonicOf(clock: RememberDeps['clock'], wallMs: number): number {
  return clock.monotonicMs() - Math.max(0, clock.wallMs() - wallMs);
}

/** How a task of an earlier run ended, as it is told to others. */
function stateOfEnding({ state, reason, pullRequest, intent }: Ending): TaskState | undefined {
  if (intent === undefined) return undefined;
  const { peer, epoch, leaseMs } = intent.record;
  const hold = { peer, epoch, lock: intent.oid, leaseMs };
  if (state === 'done') {
    return pullRequest === null ? undefined : { state, hold, pullRequest };
  }
  return { state, hold, reason };
}

/** What people were told at the end, to be put again; undefined: nothing. */
function lastWordsOf({ state, reason, pullRequest, intent }: Ending): LastWords | undefined {
  if (intent === undefined) return undefined;
  const { record } = intent;
  if (state === 'done')
    return pullRequest === null ? undefined : { state, record, pullRequest, reason };
  return state === 'failed' ? { state, record, reason } : undefined;
}
