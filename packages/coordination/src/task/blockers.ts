/**
 * The issues of one repository that others wait for: whether they are open, as polls and reads
 * showed them. An idle poll costs nothing here: what was seen is remembered, what was not is read
 * once. Reads may be stale, so of two the later state of the issue wins, whichever came last.
 */
import {
  type Issue,
  type IssueNumber,
  isBzzzError,
  plainText,
  readDependencies,
  type RepoName,
  taskId,
} from '@bzzz/protocol';
import type { Forge } from '../ports/index.ts';
import type { Trouble } from '../support/trouble.ts';

interface Blocker {
  /**
   * `absent`: no issue has this number; a pull request may. `unreadable`: it is too large, and whether
   * it is open shows when that is mended.
   */
  readonly state: 'open' | 'closed' | 'absent' | 'unreadable';
  readonly updatedAtMs: number;
}
export type BlockerStates = ReadonlyMap<IssueNumber, Blocker>;

export interface Blockers {
  /** `complete`: every open issue is among them, so what was known of others may be old. */
  polled(issues: readonly Issue[], complete: boolean): void;
  /** As known, read where it is not. Throws what the forge throws. */
  look(numbers: readonly IssueNumber[], signal: AbortSignal): Promise<BlockerStates>;
  /** Read now, whatever is known. */
  lookAnew(numbers: readonly IssueNumber[], signal: AbortSignal): Promise<BlockerStates>;
  /** The way back to this issue over open ones that wait for each other, if there is one. */
  circle(number: IssueNumber): readonly IssueNumber[] | undefined;
  /** A fresh look showed that this issue waits: whoever watches must look at it anew too. */
  doubt(number: IssueNumber): void;
  /** The doubts since the last call. */
  takeDoubts(): readonly IssueNumber[];
  onDoubt(listener: () => void): () => void;
}

export interface BlockersDeps {
  readonly forge: Pick<Forge, 'readIssue'>;
  readonly trouble: Pick<Trouble, 'tell'>;
}

/** One for each repository, made when it is first asked for. */
export type BlockersOf = (repo: RepoName) => Blockers;

export function createBlockersOf(deps: BlockersDeps): BlockersOf {
  const all = new Map<RepoName, Blockers>();
  return (repo) => {
    const known = all.get(repo) ?? createBlockers(deps, repo);
    all.set(repo, known);
    return known;
  };
}

interface Known extends Blocker {
  readonly waitsFor: readonly IssueNumber[];
}

/** Issues beyond this are forgotten, and read again when they are asked for. */
const knownMax = 10_000;

function createBlockers({ forge, trouble }: BlockersDeps, repo: RepoName): Blockers {
  const known = new Map<IssueNumber, Known>();
  const doubts = new Set<IssueNumber>();
  const listeners = new Set<() => void>();

  function learn(number: IssueNumber, next: Known): Known {
    const before = known.get(number);
    const newest = before !== undefined && before.updatedAtMs > next.updatedAtMs ? before : next;
    known.delete(number);
    known.set(number, newest);
    const [oldest] = known.keys();
    if (known.size > knownMax && oldest !== undefined) known.delete(oldest);
    return newest;
  }

  async function read(number: IssueNumber, signal: AbortSignal): Promise<Known> {
    try {
      return learn(number, knownOf(await forge.readIssue(repo, number, { signal }), repo));
    } catch (error) {
      const nothing = { updatedAtMs: 0, waitsFor: [] };
      if (isBzzzError(error, 'forge_not_found')) {
        return learn(number, { state: 'absent', ...nothing });
      }
      if (!isBzzzError(error, 'forge_issue_too_large')) throw error;
      trouble.tell(error, taskId(repo, number));
      const unreadable = { state: 'unreadable' as const, ...nothing };
      learn(number, unreadable);
      // Not the state from before: it was to be read now.
      return unreadable;
    }
  }

  async function lookBy(
    numbers: readonly IssueNumber[],
    see: (number: IssueNumber) => Promise<Known> | Known,
  ): Promise<BlockerStates> {
    const states = new Map<IssueNumber, Blocker>();
    for (const number of numbers) states.set(number, await see(number));
    return states;
  }

  return {
    polled(issues, complete) {
      if (complete) known.clear();
      for (const issue of issues) learn(issue.number, knownOf(issue, repo));
    },
    look: (numbers, signal) =>
      lookBy(numbers, (number) => known.get(number) ?? read(number, signal)),
    lookAnew: (numbers, signal) => lookBy(numbers, (number) => read(number, signal)),
    circle: (number) => wayBack(known, number),
    doubt(number) {
      doubts.add(number);
      for (const listener of listeners) listener();
    },
    takeDoubts() {
      const all = [...doubts];
      doubts.clear();
      return all;
    },
    onDoubt(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function knownOf({ state, updatedAtMs, body }: Issue, repo: RepoName): Known {
  // Most issues wait for nothing, and their texts are long.
  const says = /depends on|blocked by/i.test(body);
  const waitsFor = says ? readDependencies(plainText(body), repo).numbers : [];
  return { state, updatedAtMs, waitsFor };
}

/** Depth first, each issue once. */
function wayBack(
  known: ReadonlyMap<IssueNumber, Known>,
  start: IssueNumber,
): readonly IssueNumber[] | undefined {
  const seen = new Set<IssueNumber>();
  const ways: (readonly IssueNumber[])[] = [[start]];
  for (let way = ways.pop(); way !== undefined; way = ways.pop()) {
    const last = known.get(way.at(-1) ?? start);
    if (last?.state !== 'open') continue;
    for (const next of last.waitsFor) {
      if (next === start) return [...way, start];
      if (!seen.has(next)) ways.push([...way, next]);
      seen.add(next);
    }
  }
  return undefined;
}
