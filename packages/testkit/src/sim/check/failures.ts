/** Over a failure nobody begins again by himself: people give the issue back first, or write it anew. */
import { type IssueNumber } from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import type { PeopleAct } from '../people-acts.ts';
import type { Chains } from './chains.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

/**
 * Ways of people to take an issue away, and to give it back. A label that somebody puts on anew whom nobody trusts takes the
 * approval of an issue away.
 */
export const takes: ReadonlySet<PeopleAct> = new Set<PeopleAct>([
  'assign',
  'assign-bot',
  'close',
  'unlabel',
  'merge',
  'approve-bot',
  'approve-stranger',
  'say-release',
  'say-stop',
]);
export const gives: ReadonlySet<PeopleAct> = new Set<PeopleAct>([
  'unassign',
  'reopen',
  'label',
  'approve',
]);

export function checkFailures({ broken, repo }: CheckContext, chains: Chains): Check {
  const taken = new Set<IssueNumber>();
  /** Given back, or written anew: who hears of that only after a later failure tries once more. */
  const givenBack = new Set<IssueNumber>();

  function onPush({ number, lock }: FencePush): void {
    const { record: before, touched, tip } = chains.get(number);
    if (tip === lock.oid) return;
    const { record } = lockOf(repo, lock.commit);
    if (record.state !== 'held' || record.epoch === before?.epoch) return;
    if (before?.state === 'failed' && touched === null && !givenBack.has(number)) {
      broken('4.2-over-failure', `work on #${number} began again over its failure`);
    }
  }

  return {
    onEvent(event) {
      if (event.kind === 'push' && event.accepted) onPush(event.push);
      if (event.kind !== 'people') return;
      const { number, act } = event;
      if (takes.has(act)) taken.add(number);
      if (act === 'edit' || act === 'say-retry' || (gives.has(act) && taken.has(number)))
        givenBack.add(number);
    },
  };
}
