/**
 * The state of the virtual forge: issues, the two branches of each task, pull requests, comments.
 * Keeps the past, so that a read can be stale, and tells a listener of every change.
 */
import { type Account, commitOid, type Issue, IssueNumber, Oid } from '@bzzz/protocol';
import type { Branches, FencePush, PullRequest, PullRequestText } from '@bzzz/coordination';

export interface Snapshot {
  readonly atMs: number;
  readonly issue: Issue;
  readonly lock: Oid | null;
  readonly result: Oid | null;
  readonly pullRequest: PullRequest | null;
  readonly pullRequestText: PullRequestText | null;
  /** Body of the comment on the pull request. */
  readonly verdicts: string | null;
  /** Body of bzzz's comment, which is to be the only one. */
  readonly comment: string | null;
  readonly comments: number;
}

export interface ForgeState {
  /** Tip of the base branch, and the policy there. A person may move it. */
  base: { readonly oid: Oid; readonly policy: string };
  file(issue: Issue): void;
  numbers(): readonly IssueNumber[];
  /** The state of one task, now or as it was `agoMs` before. */
  at(number: IssueNumber, nowMs: number, agoMs?: number): Snapshot | undefined;
  /** Changes the visible side; `updatedAtMs` of the issue is set. */
  change(number: IssueNumber, nowMs: number, change: Partial<Omit<Snapshot, 'atMs'>>): void;
  /** Compare-and-swap of both branches; false: a lease did not hold, nothing moved. */
  push(push: FencePush, nowMs: number): boolean;
  /** The same for a deletion; a branch that was not named stays. */
  deleteBranches(branches: Branches, nowMs: number): boolean;
  object(oid: Oid): Uint8Array | undefined;
  /** Puts a commit there, for one of the branches. */
  put(commit: Uint8Array): Oid;
  isOurAccount(login: Account): boolean;
}

const pastMax = 64;

/** Numbers of pull requests, in a world that has at most one an issue. */
const pullBase = 1_000;

export function pullOfIssue(number: IssueNumber): number {
  return pullBase + number;
}

export function issueOfPull(pullRequest: number): IssueNumber {
  return IssueNumber.parse(pullRequest - pullBase);
}

export function createForgeState(accounts: readonly Account[], policy: string): ForgeState {
  const tasks = new Map<IssueNumber, Snapshot[]>();
  const objects = new Map<Oid, Uint8Array>();

  function latest(number: IssueNumber): Snapshot | undefined {
    return tasks.get(number)?.at(-1);
  }

  function alter(
    number: IssueNumber,
    nowMs: number,
    change: Partial<Omit<Snapshot, 'atMs'>>,
  ): void {
    const past = tasks.get(number);
    const before = past?.at(-1);
    if (past === undefined || before === undefined) return;
    past.push({ ...before, ...change, atMs: nowMs });
    if (past.length > pastMax) past.shift();
  }

  return {
    base: { oid: Oid.parse('ba5e'.padEnd(40, '0')), policy },
    object: (oid) => objects.get(oid),
    put(commit) {
      const oid = commitOid(commit);
      objects.set(oid, commit);
      return oid;
    },
    isOurAccount: (login) => accounts.includes(login),
    numbers: () => [...tasks.keys()],
    file(issue) {
      const branches = { lock: null, result: null };
      const visible = {
        pullRequest: null,
        pullRequestText: null,
        verdicts: null,
        comment: null,
        comments: 0,
      };
      tasks.set(issue.number, [{ atMs: issue.updatedAtMs, issue, ...branches, ...visible }]);
    },
    at(number, nowMs, agoMs = 0) {
      const past = tasks.get(number);
      return past?.findLast((one) => one.atMs <= nowMs - agoMs) ?? past?.[0];
    },
    change(number, nowMs, change) {
      const before = latest(number);
      if (before === undefined) return;
      const issue = { ...(change.issue ?? before.issue), updatedAtMs: nowMs };
      alter(number, nowMs, { ...change, issue });
    },
    deleteBranches({ number, lock, result }, nowMs) {
      const before = latest(number);
      const gone = before?.lock === null && before.result === null;
      if (before === undefined || gone) return gone;
      if (lock !== null && before.lock !== lock) return false;
      if (result !== null && before.result !== result) return false;
      alter(number, nowMs, {
        ...(lock === null ? {} : { lock: null }),
        ...(result === null ? {} : { result: null }),
      });
      return true;
    },
    push({ number, lock, result }, nowMs) {
      const before = latest(number);
      if (before === undefined) return false;
      const lockHolds = before.lock === lock.expected || before.lock === lock.oid;
      const resultHolds =
        result === undefined || before.result === result.expected || before.result === result.oid;
      if (!lockHolds || !resultHolds) return false;
      objects.set(lock.oid, lock.commit);
      alter(number, nowMs, {
        lock: lock.oid,
        ...(result === undefined ? {} : { result: result.oid }),
      });
      return true;
    },
  };
}
