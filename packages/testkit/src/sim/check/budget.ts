/** Invariant 10 (budget): who may write, how often, and that a told wait is kept. */
import { type IssueNumber, type PeerId } from '@bzzz/protocol';
import type { HistoryEvent } from '../history.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

/** REST writes that one claim may cost, from claim to end. */
const writesAClaimMax = 6;

export function checkBudget(context: CheckContext): Check {
  const { broken, repo, state, nowMs } = context;
  const waits = new Map<PeerId, number>();
  const held = new Set<string>();
  const epochs = new Map<IssueNumber, Set<number>>();
  const writes = new Map<IssueNumber, number>();
  let rejected = 0;

  function onPush({ peer, push, accepted }: Extract<HistoryEvent, { kind: 'push' }>): void {
    if (!accepted) {
      rejected += 1;
      return;
    }
    held.add(`${peer} ${push.number}`);
    const { epoch } = lockOf(repo, push.lock.commit).record;
    epochs.set(push.number, (epochs.get(push.number) ?? new Set()).add(epoch));
  }

  function onWrite(number: IssueNumber): void {
    writes.set(number, (writes.get(number) ?? 0) + 1);
    if ((state.at(number, nowMs())?.comments ?? 0) > 1) {
      broken('4.2-one-comment', `#${number} has more than one comment of bzzz`);
    }
  }

  function onSent({ peer, what }: Extract<HistoryEvent, { kind: 'sent' }>): void {
    if (!('effect' in what) || held.has(`${peer} ${what.number}`)) return;
    broken('4.2-loser-silent', `${what.effect} on #${what.number} by a peer that never held it`);
  }

  return {
    onEvent(event) {
      if (event.kind === 'push') onPush(event);
      if (event.kind === 'write') onWrite(event.number);
      if (event.kind === 'sent') onSent(event);
      if (event.kind === 'told-to-wait') waits.set(event.peer, event.untilMs);
      // What an earlier run was told is not known to the next.
      if (event.kind === 'durable' && event.body.kind === 'peer.started') waits.delete(event.peer);
      if (event.kind !== 'request' || event.what === 'git') return;
      if (nowMs() < (waits.get(event.peer) ?? 0)) {
        broken(10, 'a request was sent though the forge had said to wait');
      }
    },
    atEnd() {
      if (!context.calm) return;
      // Word of a bid under way comes too late now and then; one a task is far from everybody.
      if (rejected > state.numbers().length) {
        broken('4.2-order', `${rejected} pushes met another though nothing failed`);
      }
      for (const [number, count] of writes) {
        const claims = epochs.get(number)?.size ?? 0;
        if (count > claims * writesAClaimMax) {
          broken('4.2-six-writes', `#${number} cost ${count} writes in ${claims} claims`);
        }
      }
    },
  };
}
