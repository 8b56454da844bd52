/** DESIGN.md 4.2: with no lock branch, what the journals that a peer holds tell of earlier claims holds it back. */
import { type IssueNumber, type PeerId, taskParts } from '@bzzz/protocol';
import { gives, takes } from './failures.ts';
import type { Chains } from './chains.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

interface Won {
  readonly peer: PeerId;
  readonly seq: number;
  readonly epoch: number;
}

export function checkLostLock(
  { broken, repo, knew }: Pick<CheckContext, 'broken' | 'repo' | 'knew'>,
  chains: Chains,
): Check {
  /** Where in which journal an epoch stands that was won. */
  const won = new Map<IssueNumber, Won[]>();
  const intended = new Map<string, { readonly epoch: number; readonly known: number }>();
  /** A person gave the issue back after it had been taken away. */
  const givenBack = new Set<IssueNumber>();
  const taken = new Set<IssueNumber>();

  return {
    onEvent(event) {
      if (event.kind === 'durable') {
        const { body } = event;
        if (body.kind === 'fence.intended') {
          const { oid, record } = body.intent;
          // What could be known when it was intended: the push itself may arrive much later.
          const epochs = (won.get(taskParts(record.task).number) ?? [])
            .filter(({ peer, seq }) => knew(event.peer, peer, seq))
            .map(({ epoch }) => epoch);
          const known = Math.max(0, ...epochs);
          intended.set(oid, { epoch: record.epoch, known });
        }
        if (body.kind === 'fence.settled' && body.outcome === 'won') {
          const { number } = taskParts(body.task);
          const epoch = intended.get(body.oid)?.epoch ?? 0;
          won.set(number, [
            ...(won.get(number) ?? []),
            { peer: event.peer, seq: event.seq, epoch },
          ]);
        }
      }
      if (event.kind === 'people') {
        const { number, act } = event;
        // Other words take the approval of a stranger's issue away.
        if (takes.has(act) || act === 'edit') taken.add(number);
        // Of a retry alone nobody can tell whether it was said before the lock was deleted.
        const isBack = gives.has(act) || act === 'say-retry';
        // Other words after a failure ask for another try, whatever becomes of the lock then.
        const isRewritten = act === 'edit' && chains.get(number).record?.state === 'failed';
        if (isRewritten || (isBack && taken.has(number))) givenBack.add(number);
      }
      if (event.kind === 'push' && event.accepted) {
        const { number, lock } = event.push;
        if (lock.expected !== null || chains.get(number).tip === lock.oid) return;
        const { record } = lockOf(repo, lock.commit);
        // The same claim again, by who never learnt that it stood.
        const before = chains.get(number).record;
        if (record.epoch === before?.epoch && record.peer === before.peer) return;
        const known = intended.get(lock.oid)?.known ?? 0;
        if (known > 0 && (record.epoch <= known || !givenBack.has(number))) {
          broken('4.2-lost-lock', `#${number} began again in epoch ${record.epoch} after ${known}`);
        }
      }
    },
  };
}
