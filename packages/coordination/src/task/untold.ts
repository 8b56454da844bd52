/**
 * Results of others that have their pull request, and whose end was not told yet: their holder may still wait for verdicts.
 * Where he is lost meanwhile nobody would ever tell it, as there is nothing left to take over. Then whoever knows does; several
 * may, and mean the same end.
 */
import type { EntryBody, LockRecord, PeerId, TaskId } from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Membership } from '../membership/membership.ts';
import type { Trouble } from '../support/trouble.ts';

export interface Untold {
  /** Of another peer or, after a restore, of our own. Resolves once it is told, where its holder is lost already. */
  stands(task: TaskId, result: Result): Promise<void>;
  /** Somebody holds the task again. */
  forget(task: TaskId): void;
  stop(): void;
}

interface Result {
  readonly record: LockRecord;
  readonly pullRequest: number;
}

export interface UntoldDeps {
  readonly chronicle: Pick<Chronicle, 'record' | 'onEntry'>;
  readonly membership: Pick<Membership, 'isDead' | 'isMet'>;
  readonly trouble: Trouble;
}

/** Beyond it the oldest are left to whoever else knows of them. */
const resultsMax = 1_000;

export function createUntold({ chronicle, membership, trouble }: UntoldDeps): Untold {
  const results = new Map<TaskId, Result>();
  const stop = chronicle.onEntry(({ entry: { body } }) => {
    if (body.kind === 'member.dead') tellOf(body.peer);
    // We heard that it was, or told it ourselves.
    if (body.kind === 'task.ended') results.delete(body.task);
  });

  function tellOf(peer: PeerId): void {
    for (const [task, result] of results) {
      if (result.record.peer !== peer) continue;
      tell(task, result).catch((error: unknown) => trouble.tell(error, task));
    }
  }

  async function tell(task: TaskId, { record, pullRequest }: Result): Promise<void> {
    results.delete(task);
    await chronicle.record(endOf(task, record, pullRequest));
  }

  return {
    async stands(task, result) {
      const { peer } = result.record;
      // A lease is over only when it was watched for long enough to have met its holder.
      if (membership.isDead(peer) || !membership.isMet(peer)) return tell(task, result);
      results.delete(task);
      results.set(task, result);
      const [oldest] = results.keys();
      if (results.size > resultsMax && oldest !== undefined) results.delete(oldest);
    },
    forget: (task) => void results.delete(task),
    stop,
  };
}

function endOf(task: TaskId, { epoch }: LockRecord, pullRequest: number): EntryBody {
  const reason = 'its pull request stands; who held it was lost before the verdicts were in';
  return { kind: 'task.ended', task, epoch, state: 'done', reason, pullRequest };
}
