/**
 * Branches are deleted only of an issue that people closed, or whose pull request they merged, whose claim has ended or
 * lapsed and whose pull request is not open; and the journal says so first (7). With faults off all of these go: the run
 * waits for that.
 */
import { explainedResult, type IssueNumber, type Oid, type PeerId } from '@bzzz/protocol';
import type { Branches } from '@bzzz/coordination';
import type { PeopleAct } from '../history.ts';
import type { Chains } from './chains.ts';
import { trackDeaths } from './deaths.ts';
import type { Check, CheckContext } from './violation.ts';

/** A deletion may be decided on a read this old, and arrive so late: the lease on the tip guards it. */
const lateMsMax = 120_000;
/** Clocks of peers run so much faster than the world's. */
const driftMax = 0.03;

export function checkTidy(context: CheckContext, chains: Chains): Check {
  const { broken, state, nowMs } = context;
  const deaths = trackDeaths();
  /** By lock: who was dead to whoever meant to delete it. */
  const intended = new Map<PeerId, Map<Oid, ReadonlySet<PeerId>>>();
  const reopenedAtMs = new Map<IssueNumber, number>();
  const closed = new Set<IssueNumber>();
  const pullClosed = new Set<IssueNumber>();

  function onPeople(number: IssueNumber, act: PeopleAct): void {
    if (act === 'close' || act === 'merge') closed.add(number);
    if (act === 'reopen') reopenedAtMs.set(number, nowMs());
    if (act === 'close-pull-request' || act === 'delete-result') pullClosed.add(number);
  }

  function onTidied(peer: PeerId, { number, lock }: Branches): void {
    const { record, acceptedAtMs, tip, touched } = chains.get(number);
    const now = state.at(number, nowMs());
    if (lock === null || now === undefined) return;
    const dead = intended.get(peer)?.get(lock);
    if (dead === undefined) {
      broken(7, `the branches of #${number} were deleted without an intent on disk`);
    }
    const openSinceMs = nowMs() - (reopenedAtMs.get(number) ?? -lateMsMax);
    const isMerged = now.pullRequest?.state === 'merged';
    const isOpen = !closed.has(number) || (now.issue.state === 'open' && openSinceMs > lateMsMax);
    if (isOpen && !isMerged) {
      broken('4.2-tidy', `the branches of #${number} were deleted, whose issue is open`);
    }
    if (now.pullRequest?.state === 'open' && !pullClosed.has(number)) {
      broken('4.2-tidy', `the branches of #${number} were deleted under its pull request`);
    }
    if (tip !== lock || touched === 'pushed') return;
    if (record?.state !== 'held' || dead?.has(record.peer) === true) return;
    if (nowMs() - acceptedAtMs < record.leaseMs * (1 - driftMax)) {
      broken('4.2-tidy', `the branches of #${number} were deleted under a claim`);
    }
  }

  /** Why the branches of a task are still there that nobody needs, nobody touched and everybody can read. */
  function needless(number: IssueNumber): string | undefined {
    // Whether it was closed long ago is read from a clock that may be an hour behind.
    if (!context.clocksNear) return undefined;
    const { record, tip, touched } = chains.get(number);
    const now = state.at(number, nowMs());
    if (now === undefined || now.lock === null) return undefined;
    const isMerged = record?.state === 'result' && now.pullRequest?.state === 'merged';
    if (now.issue.state !== 'closed' && !isMerged) return undefined;
    if (record === undefined || now.lock !== tip || touched !== null) return undefined;
    // Who holds it lets go first, which `ending.ts` waits for.
    if (record.state === 'held') return undefined;
    // What the lock does not explain is a person's, and a result that nobody has seen is kept.
    if (now.result !== null && now.result !== explainedResult(record)) return undefined;
    if (record.state === 'result' && now.pullRequest === null) return undefined;
    if (now.pullRequest?.state === 'open') return undefined;
    return `the branches of #${number} stay, though it is over and nobody needs them`;
  }

  return {
    unfinished: needless,
    atEnd() {
      for (const number of state.numbers()) {
        const what = needless(number);
        if (what !== undefined) broken('4.2-tidy', what);
      }
    },
    onEvent(event) {
      deaths.take(event);
      if (event.kind === 'people') onPeople(event.number, event.act);
      if (event.kind === 'tidied' && event.accepted) onTidied(event.peer, event.branches);
      if (event.kind !== 'durable' || event.body.kind !== 'tidy.intended') return;
      const { peer, body } = event;
      const locks = intended.get(peer) ?? new Map<Oid, ReadonlySet<PeerId>>();
      intended.set(peer, locks.set(body.lock, deaths.deadTo(peer)));
    },
  };
}
