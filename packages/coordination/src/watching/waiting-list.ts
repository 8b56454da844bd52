/**
 * The issues of one repository that a watch has seen waiting for others, and when to look at them
 * again: whenever a poll shows any change, since one of those may be closed now. That costs no
 * request, except where only the forge knows what an issue waits for: such a one is read again when
 * any issue is closed, and now and then, as what it waits for may be in another repository.
 */
import { type Issue, type IssueNumber, isBzzzError, type RepoName, taskId } from '@bzzz/protocol';
import type { Forge } from '../ports/index.ts';
import { isMendable } from '../support/backoff.ts';
import type { Trouble } from '../support/trouble.ts';
import type { Blockers } from '../task/blockers.ts';
import type { Plan } from '../task/plan.ts';
import { type Waiting, waitingOf } from '../task/waiting.ts';

export interface WaitingListDeps {
  readonly forge: Pick<Forge, 'readIssue'>;
  readonly blockers: Blockers;
  readonly trouble: Pick<Trouble, 'tell'>;
}

interface Judged {
  /** Undefined: it waits for nothing. */
  readonly waiting: Waiting | undefined;
  /** When the latest change happened that this follows from. */
  readonly updatedAtMs: number;
}

export interface WaitingList {
  /** Whether this otherwise eligible issue waits; remembers it if so. */
  judge(issue: Issue, plan: Plan, signal: AbortSignal): Promise<Judged>;
  /** It is not eligible for another reason. */
  forget(number: IssueNumber): void;
  /**
   * What to judge again beside what changed. `thorough`: this poll is not an idle one. Throws what
   * a later try can mend; then the same is due again.
   */
  due(changed: readonly Issue[], thorough: boolean, signal: AbortSignal): Promise<readonly Issue[]>;
}

/** Read again at one poll; the others have their turn at a later one. */
const readsMax = 20;

export function createWaitingList(
  { forge, blockers, trouble }: WaitingListDeps,
  { repo }: { readonly repo: RepoName },
): WaitingList {
  const list = new Map<IssueNumber, Issue>();
  const doubted = new Set<IssueNumber>();

  /** Undefined: no such issue is to be read any more, until a poll shows it. */
  async function read(number: IssueNumber, signal: AbortSignal): Promise<Issue | undefined> {
    try {
      const issue = await forge.readIssue(repo, number, { signal });
      blockers.polled([issue], false);
      return issue;
    } catch (error) {
      if (signal.aborted || isMendable(error)) throw error;
      if (!isBzzzError(error, 'forge_not_found')) trouble.tell(error, taskId(repo, number));
      return undefined;
    }
  }

  async function readAgain(numbers: readonly IssueNumber[], signal: AbortSignal): Promise<Issue[]> {
    const found: Issue[] = [];
    for (const number of numbers.slice(0, readsMax)) {
      const issue = await read(number, signal);
      // To the end, so that each has its turn.
      list.delete(number);
      if (issue === undefined) doubted.delete(number);
      if (issue === undefined) continue;
      list.set(number, issue);
      found.push(issue);
    }
    return found;
  }

  return {
    async judge(issue, plan, signal) {
      const { number } = issue;
      const states = doubted.has(number)
        ? await blockers.lookAnew(plan.after, signal)
        : await blockers.look(plan.after, signal);
      doubted.delete(number);
      const waiting = waitingOf(plan, states, blockers.circle(number));
      if (waiting === undefined) list.delete(number);
      else list.set(number, issue);
      const times = [...states.values()].map(({ updatedAtMs }) => updatedAtMs);
      return { waiting, updatedAtMs: Math.max(issue.updatedAtMs, ...times) };
    },
    forget(number) {
      list.delete(number);
      doubted.delete(number);
    },
    async due(changed, thorough, signal) {
      for (const number of blockers.takeDoubts()) doubted.add(number);
      const doubts = await readAgain([...doubted], signal);
      if (changed.length === 0 && !thorough) return doubts;
      const listed = new Set([...changed, ...doubts].map(({ number }) => number));
      const rest = [...list.values()].filter(({ number }) => !listed.has(number));
      const byForge = rest.filter(({ blockedByOpen }) => blockedByOpen > 0);
      const closing = thorough || changed.some(({ state }) => state === 'closed');
      const read = closing
        ? await readAgain(
            byForge.map(({ number }) => number),
            signal,
          )
        : [];
      return [...doubts, ...read, ...rest.filter(({ blockedByOpen }) => blockedByOpen === 0)];
    },
  };
}
