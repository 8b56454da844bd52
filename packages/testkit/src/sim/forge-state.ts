/**
 * The state of the virtual forge: issues, the two branches of each task, pull requests, comments.
 * Keeps the past, so that a read can be stale, and tells a listener of every change.
 */
import {
  Account,
  type Association,
  commitOid,
  type Issue,
  IssueNumber,
  issueHash,
  Oid,
} from '@bzzz/protocol';
import type {
  Branches,
  FencePush,
  Labelled,
  PullRequest,
  PullRequestText,
  Remark,
  ReviewRemark,
} from '@bzzz/coordination';

export interface Snapshot {
  readonly atMs: number;
  readonly issue: Issue;
  /** When its words were last written; like all times of its history in whole seconds, as GitHub's are. */
  readonly writtenAtMs: number;
  readonly labelled: readonly Labelled[];
  /** What people said in comments that begin with `/bzzz`. */
  readonly remarks: readonly Remark[];
  readonly lock: Oid | null;
  readonly result: Oid | null;
  readonly pullRequest: PullRequest | null;
  readonly pullRequestText: PullRequestText | null;
  /** Body of the comment on the pull request. */
  readonly verdicts: string | null;
  /** Body of bzzz's comment, which is to be the only one. */
  readonly comment: string | null;
  readonly comments: number;
  readonly review: VirtualReview;
}

/** What is said of the pull request, and the heads that do not merge or on which a check failed. */
interface VirtualReview {
  readonly remarks: readonly ReviewRemark[];
  readonly conflictAt: ReadonlySet<Oid>;
  readonly failedAt: ReadonlySet<Oid>;
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
  /** Accounts of bzzz may push; else only whoever owns the repository has any rights there. */
  associationOf(login: Account): Association;
}

/** The person whose repository it is. */
export const owner = Account.parse('mara');

const pastMax = 64;

/** What changes when somebody puts a label on; one that stands already is taken off first. */
export function withLabel(
  { issue, labelled }: Snapshot,
  label: string,
  by: Account,
  nowMs: number,
): Pick<Snapshot, 'issue' | 'labelled'> {
  const labels = [...new Set([...issue.labels, label])];
  const put = { label, by, atMs: wholeSeconds(nowMs) };
  return { issue: { ...issue, labels }, labelled: [...labelled, put] };
}

/** What changes when somebody says this. */
export function withRemark(
  { remarks }: Snapshot,
  remark: Omit<Remark, 'atMs'>,
  nowMs: number,
): Pick<Snapshot, 'remarks'> {
  return { remarks: [...remarks, { ...remark, atMs: wholeSeconds(nowMs) }] };
}

/** What changes when somebody says this of the pull request. */
export function withReview(
  { review }: Snapshot,
  remark: Pick<ReviewRemark, 'by' | 'association' | 'text'>,
  nowMs: number,
): Pick<Snapshot, 'review'> {
  const said: ReviewRemark = {
    ...remark,
    kind: 'comment',
    path: null,
    line: null,
    atMs: wholeSeconds(nowMs),
    edited: false,
  };
  return { review: { ...review, remarks: [...review.remarks, said] } };
}

function wholeSeconds(atMs: number): number {
  return Math.floor(atMs / 1_000) * 1_000;
}

/** Numbers of pull requests, in a world that has at most one an issue. */
const pullBase = 1_000;

export function pullOfIssue(number: IssueNumber): number {
  return pullBase + number;
}

export function issueOfPull(pullRequest: number): IssueNumber {
  return IssueNumber.parse(pullRequest - pullBase);
}

/** A pull request is of a branch: it shows what stands there while it is open. */
function followed(now: Snapshot): Snapshot {
  const { pullRequest, result } = now;
  if (pullRequest?.state !== 'open' || result === null) return now;
  return { ...now, pullRequest: { ...pullRequest, head: result } };
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
    past.push({ ...followed({ ...before, ...change }), atMs: nowMs });
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
    associationOf(login) {
      if (login === owner) return 'OWNER';
      return accounts.includes(login) ? 'COLLABORATOR' : 'NONE';
    },
    numbers: () => [...tasks.keys()],
    file(issue) {
      const branches = { lock: null, result: null };
      const visible = {
        pullRequest: null,
        pullRequestText: null,
        verdicts: null,
        comment: null,
        comments: 0,
        remarks: [],
        review: { remarks: [], conflictAt: new Set<Oid>(), failedAt: new Set<Oid>() },
      };
      const atMs = issue.updatedAtMs;
      const writtenAtMs = wholeSeconds(atMs);
      const filed = { ...issue, updatedAtMs: writtenAtMs };
      // As where a template of the repository puts labels on in the name of whoever uses it.
      const labelled = issue.labels.map((label) => ({
        label,
        by: issue.author,
        atMs: writtenAtMs,
      }));
      const first = { atMs, issue: filed, writtenAtMs, labelled, ...branches, ...visible };
      tasks.set(issue.number, [first]);
    },
    at(number, nowMs, agoMs = 0) {
      const past = tasks.get(number);
      return past?.findLast((one) => one.atMs <= nowMs - agoMs) ?? past?.[0];
    },
    change(number, nowMs, change) {
      const before = latest(number);
      if (before === undefined) return;
      const { comments, remarks } = { ...before, ...change };
      const issue = {
        ...(change.issue ?? before.issue),
        comments: comments + remarks.length,
        updatedAtMs: wholeSeconds(nowMs),
      };
      const isWritten = issueHash(issue) !== issueHash(before.issue);
      const writtenAtMs = isWritten ? wholeSeconds(nowMs) : before.writtenAtMs;
      alter(number, nowMs, { ...change, issue, writtenAtMs });
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
