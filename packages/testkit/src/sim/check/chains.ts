/** The lock branches as the forge accepted them, with what people did to them; shared by the checks. */
import { type IssueNumber, type LockRecord, type Oid } from '@bzzz/protocol';
import type { RepoName } from '@bzzz/protocol';
import { lockOf } from './lock-in.ts';
import type { HistoryEvent } from '../history.ts';

interface Chain {
  /** What stands on the branch now. */
  readonly tip: Oid | null;
  /** The last record of bzzz, also when a person did something on top. */
  readonly record: LockRecord | undefined;
  /** A person pushed, or deleted the branch, after that record. */
  readonly touched: 'pushed' | 'deleted' | null;
  /** The commit of that record. */
  readonly oid: Oid | null;
  /** When it first came to stand: deleted and made anew between two reads, it seems never to have gone. */
  readonly acceptedAtMs: number;
  /** Whether the lock was ever deleted: a claim that was lost long ago may then still arrive. */
  readonly deletedEver: boolean;
  /** Whether people ever moved or deleted the result branch. */
  readonly resultTouched: boolean;
}

export interface Chains {
  get(number: IssueNumber): Chain;
  /** Takes an event in, after the checks have looked at it. */
  take(event: HistoryEvent, nowMs: number, standing: Oid | null): void;
}

const untouched: Chain = {
  tip: null,
  record: undefined,
  oid: null,
  touched: null,
  acceptedAtMs: 0,
  deletedEver: false,
  resultTouched: false,
};

export function createChains(repo: RepoName): Chains {
  const chains = new Map<IssueNumber, Chain>();
  const get = (number: IssueNumber) => chains.get(number) ?? untouched;
  return {
    get,
    take(event, nowMs, standing) {
      if (event.kind === 'push' && event.accepted) {
        const { number, lock } = event.push;
        const before = get(number);
        if (before.tip === lock.oid) return;
        const { record } = lockOf(repo, lock.commit);
        chains.set(number, {
          ...before,
          tip: lock.oid,
          record,
          oid: lock.oid,
          touched: null,
          acceptedAtMs: before.oid === lock.oid ? before.acceptedAtMs : nowMs,
        });
      }
      if (event.kind === 'tidied' && event.accepted) {
        // As if it had never been: whoever reopens the issue may see it begin anew.
        const { number } = event.branches;
        chains.set(number, { ...untouched, deletedEver: true });
      }
      if (event.kind !== 'people') return;
      const before = get(event.number);
      switch (event.act) {
        case 'delete-lock':
          chains.set(event.number, { ...before, tip: null, touched: 'deleted', deletedEver: true });
          return;
        case 'push-lock':
        case 'forge-lock':
          chains.set(event.number, { ...before, tip: standing, touched: 'pushed' });
          return;
        case 'push-result':
        case 'delete-result':
          chains.set(event.number, { ...before, resultTouched: true });
          return;
        case 'assign':
        case 'unassign':
        case 'assign-bot':
        case 'close':
        case 'reopen':
        case 'unlabel':
        case 'label':
        case 'edit':
        case 'approve':
        case 'approve-bot':
        case 'approve-stranger':
        case 'say-retry':
        case 'say-release':
        case 'say-stop':
        case 'say-as-stranger':
        case 'say-and-edit':
        case 'close-pull-request':
        case 'merge':
        case 'merge-only':
        case 'review':
        case 'review-as-stranger':
        case 'fail-checks':
        case 'conflict':
          return;
      }
    },
  };
}
