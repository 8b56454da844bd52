/**
 * Work on a published result begins again only where trusted people, a check or the base branch ask for
 * it; what people say of it is answered, or given up after three attempts; and where no other takes its
 * place it stands.
 */
import { type IssueNumber, type LockRecord, type Oid } from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import { owner, type Snapshot } from '../forge-state.ts';
import type { Chains } from './chains.ts';
import { isLeft, isTrusted, isWanted } from './people.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

/** Whoever publishes has looked so shortly before, however slow the answer was, and however stale. */
const lookedMsMax = 20_000;
const triesMax = 3;

type Result = Extract<LockRecord, { state: 'result' }>;

export function checkRework(context: CheckContext, chains: Chains): Check {
  const { broken, repo, state, nowMs, isPlain } = context;
  const closedAtMs = new Map<IssueNumber, number>();
  /** When each commit of a lock was first sent. */
  const sentAtMs = new Map<Oid, number>();

  function onPush({ number, lock }: FencePush): void {
    const { record: before, tip, touched } = chains.get(number);
    if (before === undefined || touched !== null || tip === lock.oid) return;
    const { record } = lockOf(repo, lock.commit);
    if (before.state === 'result' && record.state === 'held') onBegun(number, before, record);
    if (before.state !== 'held' || before.rework === undefined) return;
    if (record.epoch === before.epoch && record.state !== 'held') {
      onEnded(number, before, { record, oid: lock.oid });
    }
    if (record.epoch > before.epoch && record.state === 'held' && record.rework !== before.rework) {
      broken('4.2-rework-stands', `whoever took over the rework of #${number} forgot the result`);
    }
  }

  function onBegun(number: IssueNumber, before: Result, record: LockRecord): void {
    const now = state.at(number, nowMs());
    if (now === undefined) return;
    if (record.state !== 'held' || record.rework !== before.result) {
      broken('4.2-over-result', `work on #${number} began again over its result`);
    } else if (!isAsked(number, now, before)) {
      broken('4.2-rework-asked', `the result of #${number} is reworked, which nobody asked for`);
    }
  }

  function onEnded(
    number: IssueNumber,
    { rework }: { rework?: Oid | undefined },
    { record, oid }: { readonly record: LockRecord; readonly oid: Oid },
  ): void {
    if (record.state !== 'result') {
      broken('4.2-rework-stands', `a rework of #${number} left no result, but ${record.state}`);
    } else if (record.result !== rework && wasClosed(number, oid)) {
      broken('4.2-rework-asked', `the result of #${number} was replaced though people closed it`);
    }
  }

  function wasClosed(number: IssueNumber, lock: Oid): boolean {
    const sentMs = sentAtMs.get(lock) ?? 0;
    return (closedAtMs.get(number) ?? sentMs) < sentMs - lookedMsMax;
  }

  function isAsked(number: IssueNumber, now: Snapshot, before: Result): boolean {
    const { review } = now;
    const { result } = before;
    const isBroken =
      review.conflictAt.has(result) || (isPlain(number) && review.failedAt.has(result));
    const isSaid = isPlain(number) && isUnanswered(review, before);
    return isBroken || isSaid || isRetried(now, before);
  }

  /** Whoever looks for that later may find other words said since. */
  function isRetried({ remarks }: Snapshot, { heardMs = 0 }: Result, isLast = false): boolean {
    const said = remarks.filter(({ by, edited }) => by === owner && !edited);
    const counting = isLast ? said.slice(-1) : said;
    return counting.some(
      ({ line, atMs }) => line === '/bzzz retry' && heardMs > 0 && atMs > heardMs,
    );
  }

  /** What stands of the words of the owner is not answered by the result. */
  function isUnanswered(
    { remarks }: Snapshot['review'],
    { heardMs = 0, heardCount = 0 }: Result,
  ): boolean {
    const said = remarks.filter(({ by }) => by === owner);
    const then = said.filter(({ atMs }) => atMs === heardMs).length;
    return then > heardCount || said.some(({ atMs }) => atMs > heardMs);
  }

  function unfinished(number: IssueNumber): string | undefined {
    const now = state.at(number, nowMs());
    const { record, touched, deletedEver, resultTouched } = chains.get(number);
    if (now === undefined || record?.state !== 'result') return undefined;
    if (touched !== null || deletedEver || resultTouched) return undefined;
    const { pullRequest, review, issue } = now;
    if (pullRequest?.state !== 'open' || pullRequest.head !== record.result) return undefined;
    if (!isTrusted(context, now) || !isWanted(context, issue, record) || isLeft(now))
      return undefined;
    if (isPlain(number) && isUnanswered(review, record)) return 'what was said of it is unanswered';
    if (isRetried(now, record, true)) return 'that it be tried again was not heard';
    const { reworks = 0, failures = 0 } = record;
    const isSpent = reworks >= triesMax || failures >= triesMax;
    const isBroken =
      review.conflictAt.has(record.result) ||
      (isPlain(number) && review.failedAt.has(record.result));
    return isBroken && !isSpent ? 'its pull request does not merge, or a check failed' : undefined;
  }

  return {
    unfinished,
    onEvent(event) {
      if (event.kind === 'sent' && 'oid' in event.what && !sentAtMs.has(event.what.oid)) {
        sentAtMs.set(event.what.oid, nowMs());
      }
      if (event.kind === 'push' && event.accepted) onPush(event.push);
      if (event.kind !== 'people') return;
      const { number, act } = event;
      const closes = act === 'close-pull-request' || act === 'merge' || act === 'merge-only';
      if (closes) closedAtMs.set(number, nowMs());
    },
    atEnd() {
      for (const number of state.numbers()) {
        const lost = unfinished(number);
        if (lost !== undefined) broken('4.2-rework-answered', `#${number}: ${lost}`);
      }
    },
  };
}
