/** Invariants 1 (one publisher) and 2 (fencing): what the forge accepts on the two branches. */
import {
  explainedResult,
  type IssueNumber,
  type LockRecord,
  type Oid,
  type PeerId,
} from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import type { Chains } from './chains.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

export function checkFencing(context: CheckContext, chains: Chains): Check {
  const { broken, state, nowMs, repo } = context;
  const published = new Map<IssueNumber, Set<number>>();
  const opened = new Map<IssueNumber, number>();

  function onPush(peer: PeerId, push: FencePush): void {
    const { number, lock, result } = push;
    const chain = chains.get(number);
    if (chain.tip === lock.oid) {
      if (result !== undefined && chain.record && explainedResult(chain.record) !== result.oid) {
        broken(1, `a result of #${number} was pushed without its fence`);
        broken('4.2-pair', `a result of #${number} was pushed by itself`);
      }
      return;
    }
    const { record, parent } = lockOf(repo, lock.commit);
    if (record.peer !== peer) broken(2, `somebody else's commit was pushed on #${number}`);
    if (parent !== chain.tip) broken(2, `the lock of #${number} was overwritten`);
    if (chain.touched === 'pushed') broken(4, `a person's commit on #${number} was built upon`);
    if (chain.record !== undefined && chain.touched !== 'deleted') {
      onSuccession(number, chain.record, record);
    }
    if (record.state === 'result' && !stands(number, record.result) && !chain.resultTouched) {
      broken(1, `the lock of #${number} names a result that does not stand`);
      broken('4.2-pair', `the lock of #${number} was pushed without the result that it names`);
    }
    if (result !== undefined) onPublication(peer, push, chain.record, record);
  }

  /** On its branch, or at the head of its pull request where the branch was deleted since. */
  function stands(number: IssueNumber, oid: Oid): boolean {
    const { result = null, pullRequest = null } = state.at(number, nowMs()) ?? {};
    return result === oid || (result === null && pullRequest?.head === oid);
  }

  function onSuccession(number: IssueNumber, before: LockRecord, after: LockRecord): void {
    const raised = after.epoch > before.epoch;
    const same = after.epoch === before.epoch && after.peer === before.peer;
    if (!raised && !same) {
      broken(2, `epoch ${after.epoch} was accepted on #${number} over epoch ${before.epoch}`);
    }
    if (same && before.state !== 'held') broken(2, `an ended claim of #${number} was moved on`);
    const reworks = after.state === 'held' && after.rework !== undefined;
    if (raised && before.state === 'result' && after.state !== 'result' && !reworks) {
      broken(1, `work on #${number} began again over its result`);
    }
  }

  function onPublication(
    peer: PeerId,
    { number, result }: FencePush,
    before: LockRecord | undefined,
    record: LockRecord,
  ): void {
    if (before?.peer !== peer || before.epoch !== record.epoch) {
      broken(1, `a result of #${number} was pushed by a peer that did not hold it`);
    }
    if (result === undefined || explainedResult(record) !== result.oid) {
      broken(1, `a result of #${number} was pushed that its lock does not name`);
    }
    if (record.state !== 'result') return;
    const epochs = published.get(number) ?? new Set();
    if (epochs.has(record.epoch)) broken(1, `two results of #${number} in one epoch`);
    published.set(number, epochs.add(record.epoch));
  }

  return {
    onEvent(event) {
      if (event.kind === 'push' && event.accepted) onPush(event.peer, event.push);
      if (event.kind === 'write' && event.opened) {
        const count = (opened.get(event.number) ?? 0) + 1;
        opened.set(event.number, count);
        if (count > 1) broken(1, `#${event.number} has ${count} pull requests`);
      }
    },
  };
}
