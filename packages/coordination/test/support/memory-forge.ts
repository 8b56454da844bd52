/**
 * A forge in memory that tells the truth, except where a test says otherwise: what becomes of the
 * next pushes, what the next reads of the fence show, which calls fail.
 */
import {
  Account,
  type Association,
  BzzzError,
  type ErrorCode,
  Issue,
  type IssueNumber,
  issueHash,
  Oid,
  RepoName,
} from '@bzzz/protocol';
import type {
  FencePush,
  FenceRead,
  Forge,
  IssueHistory,
  PullRequest,
  PushReply,
  Remark,
  Review,
} from '../../src/index.ts';

/**
 * `lose-request`: nothing happens, no answer. `lose-reply`: it happens, no answer. `refuse`: a rule
 * says no. `refuse-late`: it happens, and the answer is no. `hang`: no answer until aborted, and
 * nothing happens. `hang-after`: the same, but it happened.
 */
type PushFate = 'lose-request' | 'lose-reply' | 'refuse' | 'refuse-late' | 'hang' | 'hang-after';

interface TaskOnForge {
  issue: Issue;
  /** What a test says beside what the issue shows; as filed, nobody has put a label on. */
  history: Partial<IssueHistory>;
  remarks: Remark[];
  lock: Oid | null;
  result: Oid | null;
  comment: string | null;
  pullRequests: PullRequest[];
  /** Body of the comment on its pull request. */
  verdicts: string | null;
  /** What a test says of its pull request beside what that shows; as opened, nobody has said anything. */
  review: Partial<Review>;
}

type Method = keyof Forge;

export interface MemoryForge extends Forge {
  readonly pushes: FencePush[];
  /** What peers said of how many use the account, in order. */
  readonly shares: number[];
  /** Names of the methods that were called, in order. */
  readonly calls: Method[];
  count(method: Method): number;
  task(number: IssueNumber): TaskOnForge;
  file(issue: Issue): void;
  /** What becomes of the next pushes, one each; then all is well again. */
  fates: PushFate[];
  /** What the next reads of a fence show, one each; null: the truth. */
  reads: (FenceRead | null)[];
  /** Errors of the next calls of a method. */
  fail(method: Method, ...errors: BzzzError[]): void;
  /** Called as a push arrives. */
  onPush: (push: FencePush) => void;
  policy: string | null;
  /** What accounts are to the repository; of others nobody knows anything. */
  associations: Map<string, Association>;
  /** Puts a commit on the lock branch as anybody with push access can. */
  overwrite(number: IssueNumber, lock: { oid: Oid; commit: Uint8Array } | null): void;
  /** The branches as they stand. */
  fence(number: IssueNumber): FenceRead;
}

export const repo = RepoName.parse('acme/widgets');
const forgeAccount = Account.parse('bzzz-bot');
export const baseOid = Oid.parse('b'.repeat(40));

export function createMemoryForge(): MemoryForge {
  const tasks = new Map<IssueNumber, TaskOnForge>();
  const objects = new Map<Oid, Uint8Array>();
  const failures = new Map<Method, BzzzError[]>();

  function task(number: IssueNumber): TaskOnForge {
    const found = tasks.get(number);
    if (found === undefined) throw new BzzzError('forge_not_found', `no issue ${number}`);
    return found;
  }

  function withPullRequest(pullRequest: number): TaskOnForge {
    const all = [...tasks.values()];
    const found = all.find(({ pullRequests }) =>
      pullRequests.some((one) => one.number === pullRequest),
    );
    if (found === undefined)
      throw new BzzzError('forge_not_found', `no pull request ${pullRequest}`);
    return found;
  }

  function enter(method: Method, signal: AbortSignal | undefined): void {
    forge.calls.push(method);
    if (signal?.aborted === true) throw new BzzzError('aborted', 'aborted');
    const error = failures.get(method)?.shift();
    if (error !== undefined) throw error;
  }

  function swap({ number, lock, result }: FencePush): boolean {
    const at = task(number);
    const lockHolds = at.lock === lock.expected || at.lock === lock.oid;
    const resultHolds =
      result === undefined || at.result === result.expected || at.result === result.oid;
    if (!lockHolds || !resultHolds) return false;
    objects.set(lock.oid, lock.commit);
    at.lock = lock.oid;
    if (result === undefined) return true;
    const head = result.oid;
    at.result = head;
    // A pull request is of a branch: it shows what stands there while it is open.
    at.pullRequests = at.pullRequests.map((one) => (one.state === 'open' ? { ...one, head } : one));
    return true;
  }

  function decide(push: FencePush): PushReply {
    return swap(push) ? { kind: 'accepted' } : { kind: 'rejected', reason: 'stale info' };
  }

  function hang(signal: AbortSignal | undefined): Promise<PushReply> {
    return new Promise((_, reject) => {
      const stop = () => reject(new BzzzError('aborted', 'aborted'));
      signal?.addEventListener('abort', stop, { once: true });
    });
  }

  const forge: MemoryForge = {
    pushes: [],
    shares: [],
    shareAccount: (peers) => void forge.shares.push(peers),
    calls: [],
    fates: [],
    reads: [],
    policy: 'version: 1\nrecipes: {format: {run: [fmt], accept: [check]}}\n',
    onPush: () => undefined,
    associations: new Map([['mara', 'OWNER']]),
    count: (method) => forge.calls.filter((one) => one === method).length,
    task,
    file(issue) {
      tasks.set(issue.number, {
        issue,
        history: {},
        remarks: [],
        lock: null,
        result: null,
        comment: null,
        pullRequests: [],
        verdicts: null,
        review: {},
      });
    },
    fail(method, ...errors) {
      failures.set(method, [...(failures.get(method) ?? []), ...errors]);
    },
    overwrite(number, lock) {
      if (lock !== null) objects.set(lock.oid, lock.commit);
      task(number).lock = lock?.oid ?? null;
    },
    fence(number) {
      const { lock, result } = task(number);
      const commit = lock === null ? undefined : objects.get(lock);
      return { lock: lock === null || commit === undefined ? null : { oid: lock, commit }, result };
    },

    async account(o) {
      enter('account', o?.signal);
      return forgeAccount;
    },
    async pollIssues(_repo, cursor, o) {
      enter('pollIssues', o?.signal);
      const since = Number(cursor?.since ?? -1);
      const all = [...tasks.values()].map(({ issue }) => issue);
      const changed = all.filter(({ updatedAtMs }) => updatedAtMs > since);
      const newest = Math.max(since, ...all.map(({ updatedAtMs }) => updatedAtMs));
      return { changed, cursor: { etag: null, since: String(newest) } };
    },
    async readIssue(_repo, number, o) {
      enter('readIssue', o?.signal);
      return task(number).issue;
    },
    async readRemarks(_repo, number, o) {
      enter('readRemarks', o?.signal);
      const { remarks, issue } = task(number);
      return { remarks, comments: issue.comments };
    },
    async readHistory(_repo, number, o) {
      enter('readHistory', o?.signal);
      const { issue, history } = task(number);
      const { updatedAtMs } = issue;
      const written = { wordsSha256: issueHash(issue), updatedAtMs, writtenAtMs: 0 };
      return { ...written, labelled: [], ...history };
    },
    async readAssociation(_repo, account, o) {
      enter('readAssociation', o?.signal);
      return forge.associations.get(account) ?? 'NONE';
    },
    async readBase(_repo, o) {
      enter('readBase', o?.signal);
      const base = { branch: 'main', oid: baseOid, mirror: 'in memory' };
      return { base, policy: forge.policy };
    },
    async readFence(_repo, number, o) {
      enter('readFence', o?.signal);
      return forge.reads.shift() ?? forge.fence(number);
    },
    async push(_repo, push, o) {
      enter('push', o?.signal);
      forge.pushes.push(push);
      forge.onPush(push);
      switch (forge.fates.shift()) {
        case 'lose-request':
          return { kind: 'unknown', reason: 'the request was lost' };
        case 'lose-reply':
          decide(push);
          return { kind: 'unknown', reason: 'the reply was lost' };
        case 'refuse':
          return { kind: 'rejected', reason: 'a rule says no' };
        case 'refuse-late':
          decide(push);
          return { kind: 'rejected', reason: 'stale info' };
        case 'hang':
          return hang(o?.signal);
        case 'hang-after':
          decide(push);
          return hang(o?.signal);
        case undefined:
          return decide(push);
      }
    },
    async readWork(_repo, _work, base, o) {
      enter('readWork', o?.signal);
      return base;
    },
    async rebaseWork(_repo, work, _base, o) {
      enter('rebaseWork', o?.signal);
      return { oid: work, conflicts: [] };
    },
    async listBranches(_repo, o) {
      enter('listBranches', o?.signal);
      const all = [...tasks].map(([number, { lock, result }]) => ({ number, lock, result }));
      return all.filter(({ lock, result }) => lock !== null || result !== null);
    },
    async deleteBranches(_repo, { number, lock, result }, o) {
      enter('deleteBranches', o?.signal);
      const at = task(number);
      const moved =
        (lock !== null && at.lock !== lock) || (result !== null && at.result !== result);
      if (moved) return { kind: 'rejected', reason: 'stale info' };
      if (lock !== null) at.lock = null;
      if (result !== null) at.result = null;
      return { kind: 'accepted' };
    },
    async assign(_repo, number, o) {
      enter('assign', o?.signal);
      const at = task(number);
      const written = !at.issue.assignees.includes(forgeAccount);
      if (written) at.issue = { ...at.issue, assignees: [...at.issue.assignees, forgeAccount] };
      return { written };
    },
    async unassign(_repo, number, o) {
      enter('unassign', o?.signal);
      const at = task(number);
      const written = at.issue.assignees.includes(forgeAccount);
      const assignees = at.issue.assignees.filter((login) => login !== forgeAccount);
      at.issue = { ...at.issue, assignees };
      return { written };
    },
    async putComment(_repo, number, body, o) {
      enter('putComment', o?.signal);
      const at = task(number);
      const isSaid = o?.unlessSaid !== undefined && at.comment?.includes(o.unlessSaid) === true;
      const written = at.comment !== body && !isSaid;
      if (written) at.comment = body;
      return { written, id: number };
    },
    async addLabel(_repo, number, label, o) {
      enter('addLabel', o?.signal);
      const at = task(number);
      const written = !at.issue.labels.includes(label);
      if (written) at.issue = { ...at.issue, labels: [...at.issue.labels, label] };
      return { written };
    },
    async findPullRequests(_repo, number, o) {
      enter('findPullRequests', o?.signal);
      return task(number).pullRequests.toReversed();
    },
    async readReview(_repo, pullRequest, o) {
      enter('readReview', o?.signal);
      const { pullRequests, review } = withPullRequest(pullRequest);
      const [shown] = pullRequests.filter(({ number }) => number === pullRequest);
      if (shown === undefined) throw new BzzzError('forge_not_found', 'no pull request');
      const { state, draft, head } = shown;
      const mergeable = state === 'open' ? true : null;
      const checks = { state: 'none', failed: [] } as const;
      return { state, draft, head, mergeable, checks, remarks: [], ...review };
    },
    async putPullRequest(_repo, number, _text, o) {
      enter('putPullRequest', o?.signal);
      const at = task(number);
      if (at.result === null) throw new BzzzError('forge_not_found', 'no result branch');
      const open = at.pullRequests.find(({ state }) => state === 'open');
      if (open !== undefined) return { written: false, id: open.number };
      const id = 1_000 + number;
      const made = { number: id, state: 'open', draft: true, head: at.result, url: 'x' } as const;
      at.pullRequests.push(made);
      return { written: true, id };
    },
    async putVerdicts(_repo, pullRequest, body, o) {
      enter('putVerdicts', o?.signal);
      const at = withPullRequest(pullRequest);
      const written = at.verdicts !== body;
      at.verdicts = body;
      return { written, id: pullRequest };
    },
    async markReady(_repo, { pullRequest, head }, o) {
      enter('markReady', o?.signal);
      const at = withPullRequest(pullRequest);
      const written = at.pullRequests.some(
        (one) => one.draft && one.state === 'open' && one.head === head,
      );
      if (!written) return { written };
      at.pullRequests = at.pullRequests.map((one) =>
        one.number === pullRequest ? { ...one, draft: false } : one,
      );
      return { written };
    },
    async markDraft(_repo, pullRequest, o) {
      enter('markDraft', o?.signal);
      const at = withPullRequest(pullRequest);
      const isReady = (one: PullRequest) =>
        one.number === pullRequest && one.state === 'open' && !one.draft;
      const written = at.pullRequests.some(isReady);
      at.pullRequests = at.pullRequests.map((one) =>
        isReady(one) ? { ...one, draft: true } : one,
      );
      return { written };
    },
  };
  return forge;
}

/** An issue that may be worked on. */
export function issueOf(change: Partial<Record<keyof Issue, unknown>> = {}): Issue {
  return Issue.parse({
    number: 7,
    title: 'Format the code',
    body: 'recipe: format\n',
    state: 'open',
    labels: ['bzzz'],
    assignees: [],
    author: 'mara',
    association: 'OWNER',
    updatedAtMs: 1_000,
    ...change,
  });
}

export function errorOf(code: ErrorCode, retryAfterMs?: number): BzzzError {
  return new BzzzError(
    code,
    `made to fail: ${code}`,
    retryAfterMs === undefined ? {} : { retryAfterMs },
  );
}
