/** Invariant 3 (nothing lost), and that late words of a fenced owner do not stay (2). */
import { explainedResult, type IssueNumber } from '@bzzz/protocol';
import type { FencePush } from '@bzzz/coordination';
import type { Chains } from './chains.ts';
import { isLeft, isTrusted, isWanted } from './people.ts';
import { lockOf } from './lock-in.ts';
import type { Check, CheckContext } from './violation.ts';

export function checkEnding(context: CheckContext, chains: Chains): Check {
  const { state, nowMs, broken } = context;
  /** A person was told; a write that the forge takes late may replace the text again. */
  const told = new Set<IssueNumber>();
  /** Likewise: that a result branch stands which nothing explains, since a person deleted its lock. */
  const toldOfBranch = new Set<IssueNumber>();
  /** The highest epoch in which it failed. */
  const failedIn = new Map<IssueNumber, number>();
  /** The last epoch that began over an end: who took it completes what people see. */
  const carried = new Map<IssueNumber, number>();

  function onPush({ number, lock }: FencePush): void {
    const { record } = lockOf(context.repo, lock.commit);
    if (record.state === 'failed') failedIn.set(number, record.epoch);
    const isEnd = record.state === 'result' || record.state === 'failed';
    if (isEnd && record.epoch > (chains.get(number).record?.epoch ?? record.epoch)) {
      carried.set(number, record.epoch);
    }
  }

  function unfinished(number: IssueNumber): string | undefined {
    const now = state.at(number, nowMs());
    if (now === undefined) return 'gone';
    const { record, touched, deletedEver, resultTouched } = chains.get(number);
    // Whoever touches the branches has taken the task.
    if (touched !== null || (deletedEver && now.pullRequest !== null)) return undefined;
    if (!isTrusted(context, now) || !isWanted(context, now.issue, record) || isLeft(now)) {
      // Of a machine that is gone for good the claim stands, and hinders nobody.
      return record?.state === 'held' && context.exists(record.peer) ? 'still held' : undefined;
    }
    if (record === undefined) return 'never claimed';
    if (deletedEver && toldOfBranch.has(number) && record.state === 'released') return undefined;
    // Or was to be told of by a machine that is gone for good: others see it by the branches alone, and say so in `why`.
    const isUnexplained = now.result !== null && now.result !== explainedResult(record);
    if (deletedEver && isUnexplained && record.state === 'released' && !context.exists(record.peer))
      return undefined;
    // Its lock was deleted after it had failed: who knew nothing of that tried once more, the others leave it to people.
    const hasFailed = (failedIn.get(number) ?? 0) > record.epoch && told.has(number);
    if (deletedEver && hasFailed && record.state === 'released') return undefined;
    // Given back, or left where it stands by whoever finds the person's branch.
    if (resultTouched && record.state === 'released') return undefined;
    if (resultTouched && record.state === 'held' && !context.exists(record.peer)) return undefined;
    if (record.state === 'held' || record.state === 'released') return record.state;
    if (record.state === 'result') {
      return now.pullRequest === null && !told.has(number) ? 'no pull request' : undefined;
    }
    return told.has(number) ? undefined : 'failed without a comment';
  }

  /** What the comment says must be what came of the task, while its last holder is there to say it. */
  function lateWords(number: IssueNumber): string | undefined {
    const now = state.at(number, nowMs());
    const { record, touched } = chains.get(number);
    if (now === undefined || record === undefined || touched !== null) return undefined;
    if (!context.exists(record.peer) || !isWanted(context, now.issue, record)) return undefined;
    const ended = record.state === 'result' || record.state === 'failed';
    return ended && now.comment?.includes('is on it') === true
      ? 'its comment says that it is worked on'
      : undefined;
  }

  return {
    unfinished: (number) => unfinished(number) ?? lateWords(number),
    onEvent(event) {
      if (event.kind === 'push' && event.accepted) onPush(event.push);
      if (event.kind !== 'write') return;
      const comment = state.at(event.number, nowMs())?.comment;
      if (comment?.includes('needs a person') === true) told.add(event.number);
      if (comment?.includes('no claim explains') === true) toldOfBranch.add(event.number);
    },
    atEnd() {
      for (const number of state.numbers()) {
        const lost = unfinished(number);
        if (lost !== undefined) broken(3, `#${number}: ${lost}`);
        if (lost !== undefined && carried.get(number) === chains.get(number).record?.epoch) {
          broken('4.2-completes', `#${number} was taken over its end, and still: ${lost}`);
        }
        const late = lateWords(number);
        if (late !== undefined) broken(2, `#${number}: ${late}`);
      }
    },
  };
}
