/**
 * What every `Forge` promises. The suite acts as a person beside it through `ForgePerson`, waits
 * for a state wherever reads may lag, and uses nothing of the machine: so it runs in the same form
 * against the embedded forge, the simulated one and github.com.
 */
import type { Base, FencePush, Forge, IssueCursor, IssuePoll } from '@bzzz/coordination';
import {
  Account,
  BzzzError,
  commitOid,
  Epoch,
  encodeLockCommit,
  type ErrorCode,
  type IssueNumber,
  IssueNumber as IssueNumberSchema,
  type LockRecord,
  Nonce,
  Oid,
  PeerId,
  type RepoName,
  Sha256Hex,
  taskId,
} from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

/** Somebody with push access who does things by hand. */
export interface ForgePerson {
  /** Opens an issue and returns its number. */
  openIssue(issue: {
    title: string;
    body: string;
    labels?: readonly string[];
  }): Promise<IssueNumber>;
  editIssue(number: IssueNumber, change: { title?: string; body?: string }): Promise<void>;
  closeIssue(number: IssueNumber): Promise<void>;
  closePullRequest(number: number): Promise<void>;
  /** Bodies of all comments of an issue, oldest first. */
  comments(number: IssueNumber): Promise<readonly string[]>;
  /** Writes a comment and returns nothing; the forge shows it after what was there before. */
  comment(number: IssueNumber, body: string): Promise<void>;
  /** Tips by branch name without `refs/heads/`. */
  branches(): Promise<ReadonlyMap<string, Oid>>;
  /** Commits the files on top of the branch, or of the base branch when it is absent. */
  pushFiles(branch: string, files: Readonly<Record<string, string>>): Promise<Oid>;
  deleteBranch(branch: string): Promise<void>;
}

/** A repository with a few files on its base branch and nothing of bzzz in it. */
export interface ForgeSubject {
  readonly repo: RepoName;
  /** Another peer of the same account: a client with a mirror of its own. */
  client(): Promise<Forge>;
  readonly person: ForgePerson;
  /**
   * Makes a commit of these files on top of the base in `base.mirror`, as execution does, and
   * returns its id. The forge has not seen it.
   */
  commitOnBase(base: Base, files: Readonly<Record<string, string>>): Promise<Oid>;
  /** A client whose account may read and comment, but may not be assigned. Null: there is none. */
  readonly outsider: (() => Promise<Forge>) | null;
  dispose(): Promise<void>;
}

export interface ForgeContractOptions {
  /** How long reads may show what was before. Default 5000. */
  readonly lagMs?: number;
  /** Whether the subject has an outsider. Default true. */
  readonly outsider?: boolean;
}

const peer = PeerId.parse('12D3KooWQYhTNQdmr3ArTeUHRYzFg94BKyTkoWBDWez9kSCVe2Xo');
const labels = ['bzzz'];

export function describeForgeContract(
  name: string,
  makeSubject: () => Promise<ForgeSubject>,
  options: ForgeContractOptions = {},
): void {
  const timing = { timeout: options.lagMs ?? 5_000, interval: 50 };

  describe(`forge contract: ${name}`, () => {
    let subject: ForgeSubject;
    let forge: Forge;
    let repo: RepoName;
    let person: ForgePerson;

    beforeEach(async () => {
      subject = await makeSubject();
      ({ repo, person } = subject);
      forge = await subject.client();
    });
    afterEach(async () => {
      await subject.dispose();
    });

    const openIssue = (title = 'Something to do'): Promise<IssueNumber> =>
      person.openIssue({ title, body: 'recipe: format', labels });

    describe('issues', () => {
      it('knows whose token it has', async () => {
        expect(Account.safeParse(await forge.account()).success).toBe(true);
      });

      it('reads an issue as it was written', async () => {
        const number = await person.openIssue({ title: 'Größer', body: 'über\n\n`a`', labels });
        const issue = await forge.readIssue(repo, number);
        expect(issue).toMatchObject({
          number,
          title: 'Größer',
          body: 'über\n\n`a`',
          state: 'open',
          labels,
          assignees: [],
        });
      });

      it('reads an absent body as an empty one', async () => {
        const number = await person.openIssue({ title: 'No body', body: '' });
        expect((await forge.readIssue(repo, number)).body).toBe('');
      });

      it('answers forge_not_found for an issue that is not there', async () => {
        const absent = IssueNumberSchema.parse(2_000_000_000);
        expect(await codeOf(forge.readIssue(repo, absent))).toBe('forge_not_found');
      });

      it('polls what is open, then only what changed, and closed issues too', async () => {
        const first = await openIssue('first');
        const second = await openIssue('second');
        const seen = createFollower(forge, repo);
        await expect
          .poll(() => seen.next().then(numbersOf), timing)
          .toEqual(expect.arrayContaining([first, second]));
        await seen.quiet(timing);

        await person.editIssue(first, { title: 'first, edited' });
        await expect.poll(() => seen.next().then(titlesOf), timing).toContain('first, edited');
        await person.closeIssue(second);
        await expect
          .poll(
            async () => (await seen.next()).changed.find((one) => one.number === second)?.state,
            timing,
          )
          .toBe('closed');
        await seen.quiet(timing);
      });

      it('resumes from any cursor without losing a change', async () => {
        const first = await openIssue('first');
        const seen = createFollower(forge, repo);
        await expect.poll(() => seen.next().then(numbersOf), timing).toContain(first);
        const kept = seen.cursor();
        const second = await openIssue('second');
        const other = createFollower(await subject.client(), repo, kept);
        await expect.poll(() => other.next().then(numbersOf), timing).toContain(second);
      });

      it('leaves pull requests out of a poll', async () => {
        const number = await openIssue();
        await publish(forge, subject, number);
        const { id } = await forge.putPullRequest(repo, number, { title: 'Result', body: 'done' });
        const later = await openIssue('later');
        const seen = createFollower(forge, repo);
        const all: number[] = [];
        await expect
          .poll(async () => {
            all.push(...numbersOf(await seen.next()));
            return all;
          }, timing)
          .toContain(later);
        expect(all).not.toContain(id);
      });
    });

    describe('base', () => {
      it('reads the tip of the base branch, and again when it has moved', async () => {
        const { base, policy } = await forge.readBase(repo);
        const branches = await person.branches();
        expect(base.oid).toBe(branches.get(base.branch));
        expect(policy === null || policy.length > 0).toBe(true);
        const moved = await person.pushFiles(base.branch, { 'NEWS.md': `news of ${base.oid}` });
        await expect.poll(async () => (await forge.readBase(repo)).base.oid, timing).toBe(moved);
      });

      it('reads the policy of the base branch', async () => {
        const { base } = await forge.readBase(repo);
        const text = `version: 1\n# ${base.oid}\n`;
        await person.pushFiles(base.branch, { '.bzzz/policy.yml': text });
        await expect.poll(async () => (await forge.readBase(repo)).policy, timing).toBe(text);
      });
    });

    describe('push', () => {
      it('creates the lock branch where there was none', async () => {
        const number = await openIssue();
        expect(await forge.readFence(repo, number)).toEqual({ lock: null, result: null });
        const lock = lockPush({ repo, number });
        expect(await forge.push(repo, { number, lock })).toEqual({ kind: 'accepted' });
        const other = await subject.client();
        await expect
          .poll(() => other.readFence(repo, number), timing)
          .toEqual({ lock: { oid: lock.oid, commit: lock.commit }, result: null });
      });

      it('rejects a second holder of an absent branch, and moves nothing', async () => {
        const number = await openIssue();
        const winner = lockPush({ repo, number });
        await forge.push(repo, { number, lock: winner });
        const loser = lockPush({ repo, number });
        const other = await subject.client();
        expect(await other.push(repo, { number, lock: loser })).toMatchObject({ kind: 'rejected' });
        expect((await person.branches()).get(`bzzz/lock/${number}`)).toBe(winner.oid);
      });

      it('accepts the same commit again where it stands', async () => {
        const number = await openIssue();
        const lock = lockPush({ repo, number });
        const push: FencePush = { number, lock };
        expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
        expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
        const restarted = await subject.client();
        expect(await restarted.push(repo, push)).toEqual({ kind: 'accepted' });
      });

      it('moves the lock on from the tip that was read, by another client too', async () => {
        const number = await openIssue();
        const first = lockPush({ repo, number });
        await forge.push(repo, { number, lock: first });
        const taker = await subject.client();
        const second = lockPush({ repo, number, expected: first.oid, epoch: 2 });
        expect(await taker.push(repo, { number, lock: second })).toEqual({ kind: 'accepted' });
        const late = lockPush({ repo, number, expected: first.oid });
        expect(await forge.push(repo, { number, lock: late })).toMatchObject({ kind: 'rejected' });
        expect((await person.branches()).get(`bzzz/lock/${number}`)).toBe(second.oid);
      });

      it('rejects a push onto a branch that was deleted, and does not bring it back', async () => {
        const number = await openIssue();
        const first = lockPush({ repo, number });
        await forge.push(repo, { number, lock: first });
        await person.deleteBranch(`bzzz/lock/${number}`);
        const next = lockPush({ repo, number, expected: first.oid });
        const reply = await forge.push(repo, { number, lock: next });
        expect(reply).toMatchObject({ kind: 'rejected' });
        expect((await person.branches()).has(`bzzz/lock/${number}`)).toBe(false);
      });

      it('publishes lock and result together', async () => {
        const number = await openIssue();
        const { lock, result } = await publish(forge, subject, number);
        const branches = await person.branches();
        expect(branches.get(`bzzz/lock/${number}`)).toBe(lock);
        expect(branches.get(`bzzz/issue-${number}`)).toBe(result);
        const other = await subject.client();
        await expect
          .poll(async () => (await other.readFence(repo, number)).result, timing)
          .toBe(result);
      });

      it('moves neither branch when the lease of the lock fails', async () => {
        const number = await openIssue();
        const first = lockPush({ repo, number });
        await forge.push(repo, { number, lock: first });
        const taken = lockPush({ repo, number, expected: first.oid, epoch: 2 });
        await (await subject.client()).push(repo, { number, lock: taken });
        const late = await resultPush(forge, subject, { number, expected: first.oid });
        expect(await forge.push(repo, late)).toMatchObject({ kind: 'rejected' });
        const branches = await person.branches();
        expect(branches.get(`bzzz/lock/${number}`)).toBe(taken.oid);
        expect(branches.has(`bzzz/issue-${number}`)).toBe(false);
      });

      it('moves neither branch when the lease of the result fails', async () => {
        const number = await openIssue();
        const first = lockPush({ repo, number });
        await forge.push(repo, { number, lock: first });
        const byHand = await person.pushFiles(`bzzz/issue-${number}`, { 'by-hand.txt': 'mine' });
        const push = await resultPush(forge, subject, { number, expected: first.oid });
        expect(await forge.push(repo, push)).toMatchObject({ kind: 'rejected' });
        const branches = await person.branches();
        expect(branches.get(`bzzz/lock/${number}`)).toBe(first.oid);
        expect(branches.get(`bzzz/issue-${number}`)).toBe(byHand);
      });

      it('refuses bytes that are not the commit they are said to be', async () => {
        const number = await openIssue();
        const lock = { ...lockPush({ repo, number }), oid: lockPush({ repo, number }).oid };
        expect(await codeOf(forge.push(repo, { number, lock }))).toBe('lock_malformed');
        expect((await person.branches()).has(`bzzz/lock/${number}`)).toBe(false);
      });

      it('fails clearly when the result is not in the mirror', async () => {
        const number = await openIssue();
        const lock = lockPush({ repo, number });
        const result = { expected: null, oid: Oid.parse('1'.repeat(40)) };
        expect(await codeOf(forge.push(repo, { number, lock, result }))).toBe('git_object_missing');
        expect((await person.branches()).has(`bzzz/lock/${number}`)).toBe(false);
      });

      it('lets one of eight racing peers win, and shows all of them who', async () => {
        const number = await openIssue();
        const clients = await Promise.all(Array.from({ length: 8 }, () => subject.client()));
        const locks = clients.map(() => lockPush({ repo, number }));
        expect(new Set(locks.map(({ oid }) => oid)).size).toBe(8);
        const replies = await Promise.all(
          clients.map((client, index) => {
            const lock = locks[index];
            if (lock === undefined) throw new Error('as many locks as clients');
            return client.push(repo, { number, lock });
          }),
        );
        const won = locks.filter((_, index) => replies[index]?.kind === 'accepted');
        expect(replies.map(({ kind }) => kind).sort()).toEqual(['accepted', ...seven('rejected')]);
        for (const client of clients) {
          await expect
            .poll(async () => (await client.readFence(repo, number)).lock, timing)
            .toEqual({ oid: won[0]?.oid, commit: won[0]?.commit });
        }
      });
    });

    describe('what people see', () => {
      it('assigns once', async () => {
        const number = await openIssue();
        expect(await forge.assign(repo, number)).toEqual({ written: true });
        await expect
          .poll(async () => (await forge.readIssue(repo, number)).assignees, timing)
          .toEqual([await forge.account()]);
        expect(await forge.assign(repo, number)).toEqual({ written: false });
        expect(await (await subject.client()).assign(repo, number)).toEqual({ written: false });
      });

      it('takes the assignment off once', async () => {
        const number = await openIssue();
        await forge.assign(repo, number);
        await expect
          .poll(async () => (await forge.readIssue(repo, number)).assignees.length, timing)
          .toBe(1);
        expect(await forge.unassign(repo, number)).toEqual({ written: true });
        await expect
          .poll(async () => (await forge.readIssue(repo, number)).assignees, timing)
          .toEqual([]);
        expect(await forge.unassign(repo, number)).toEqual({ written: false });
      });

      it('answers forge_not_found when there is no such issue to write to', async () => {
        const absent = IssueNumberSchema.parse(2_000_000_000);
        expect(await codeOf(forge.assign(repo, absent))).toBe('forge_not_found');
        expect(await codeOf(forge.addLabel(repo, absent, 'bzzz'))).toBe('forge_not_found');
        expect(await codeOf(forge.putComment(repo, absent, 'hello'))).toBe('forge_not_found');
      });

      it('adds a label once', async () => {
        const number = await person.openIssue({ title: 'Unlabelled', body: '' });
        expect(await forge.addLabel(repo, number, 'bzzz')).toEqual({ written: true });
        await expect
          .poll(async () => (await forge.readIssue(repo, number)).labels, timing)
          .toEqual(['bzzz']);
        expect(await forge.addLabel(repo, number, 'bzzz')).toEqual({ written: false });
      });

      it('keeps one comment, edited in place, whoever of the account writes', async () => {
        const number = await openIssue();
        await person.comment(number, 'A person asks something.');
        const first = await forge.putComment(repo, number, 'working on it');
        expect(first.written).toBe(true);
        const put = (text: string, by = forge) => by.putComment(repo, number, text);
        expect(await put('working on it')).toEqual({ written: false, id: first.id });
        expect(await put('done')).toEqual({ written: true, id: first.id });
        const other = await subject.client();
        await expect.poll(() => commentsWith(person, number, 'done'), timing).toBe(1);
        expect(await put('done', other)).toEqual({ written: false, id: first.id });
        expect(await put('late write', other)).toEqual({ written: true, id: first.id });
        await expect.poll(() => put('done'), timing).toEqual({ written: true, id: first.id });
        await expect.poll(() => commentsWith(person, number, 'done'), timing).toBe(1);
        const comments = await person.comments(number);
        expect(comments).toHaveLength(2);
        expect(comments[0]).toContain('A person asks something.');
      });

      it('opens one draft pull request and updates it', async () => {
        const number = await openIssue();
        const { result } = await publish(forge, subject, number);
        const text = { title: 'Result', body: 'evidence' };
        expect(await forge.findPullRequests(repo, number)).toEqual([]);
        const first = await forge.putPullRequest(repo, number, text);
        expect(first.written).toBe(true);
        await expect
          .poll(() => forge.findPullRequests(repo, number), timing)
          .toMatchObject([{ number: first.id, state: 'open', draft: true, head: result }]);
        expect(await forge.putPullRequest(repo, number, text)).toEqual({
          written: false,
          id: first.id,
        });
      });

      it('adopts the pull request that another client opened', async () => {
        const number = await openIssue();
        await publish(forge, subject, number);
        const first = await forge.putPullRequest(repo, number, { title: 'Result', body: 'one' });
        const other = await subject.client();
        const text = { title: 'Result', body: 'two' };
        expect(await other.putPullRequest(repo, number, text)).toEqual({
          written: true,
          id: first.id,
        });
        await expect
          .poll(async () => (await other.findPullRequests(repo, number)).length, timing)
          .toBe(1);
      });

      it('finds a pull request that a person has closed', async () => {
        const number = await openIssue();
        await publish(forge, subject, number);
        const { id } = await forge.putPullRequest(repo, number, { title: 'Result', body: 'one' });
        await person.closePullRequest(id);
        await expect
          .poll(() => forge.findPullRequests(repo, number), timing)
          .toMatchObject([{ number: id, state: 'closed' }]);
      });

      it('finds no pull requests of other tasks', async () => {
        const number = await openIssue();
        await publish(forge, subject, number);
        await forge.putPullRequest(repo, number, { title: 'Result', body: 'one' });
        const other = await openIssue('another');
        expect(await forge.findPullRequests(repo, other)).toEqual([]);
      });

      if (options.outsider ?? true) {
        it('says so when the forge silently leaves out an assignee', async () => {
          const number = await openIssue();
          if (subject.outsider === null) throw new Error('the subject has no outsider');
          const outsider = await subject.outsider();
          expect(await outsider.assign(repo, number)).toEqual({ written: false });
          expect((await outsider.readIssue(repo, number)).assignees).toEqual([]);
        });
      }
    });

    it('stops at once when it is cancelled', async () => {
      const number = await openIssue();
      const signal = AbortSignal.abort();
      const lock = lockPush({ repo, number });
      const calls = [
        forge.readIssue(repo, number, { signal }),
        forge.pollIssues(repo, null, { signal }),
        forge.readBase(repo, { signal }),
        forge.readFence(repo, number, { signal }),
        forge.push(repo, { number, lock }, { signal }),
        forge.assign(repo, number, { signal }),
      ];
      expect(await Promise.all(calls.map(codeOf))).toEqual(calls.map(() => 'aborted'));
      expect((await person.branches()).has(`bzzz/lock/${number}`)).toBe(false);
    });
  });
}

interface LockWanted {
  readonly repo: RepoName;
  readonly number: IssueNumber;
  readonly expected?: Oid;
  readonly epoch?: number;
  /** Makes it a commit of state `result`. */
  readonly result?: Oid;
}

let nonces = 0;

/** A lock commit that differs from every other one. Its signature is none: nobody here checks it. */
function lockPush(wanted: LockWanted): FencePush['lock'] {
  nonces += 1;
  const shared = {
    task: taskId(wanted.repo, wanted.number),
    peer,
    account: Account.parse('somebody'),
    epoch: Epoch.parse(wanted.epoch ?? 1),
    attempt: 1,
    leaseMs: 60_000,
    nonce: Nonce.parse(nonces.toString(16).padStart(16, '0')),
    bodySha256: Sha256Hex.parse('0'.repeat(64)),
  };
  const record: LockRecord =
    wanted.result === undefined
      ? { state: 'held', ...shared }
      : { state: 'result', ...shared, result: wanted.result, verdicts: 1 };
  const expected = wanted.expected ?? null;
  const signature = new Uint8Array(64).fill(7);
  const commit = encodeLockCommit({
    record,
    parent: expected,
    timeSeconds: 1_700_000_000,
    signature,
  });
  return { expected, oid: commitOid(commit), commit };
}

async function resultPush(
  forge: Forge,
  subject: ForgeSubject,
  wanted: { readonly number: IssueNumber; readonly expected: Oid },
): Promise<FencePush & { readonly result: { readonly expected: null; readonly oid: Oid } }> {
  const { number, expected } = wanted;
  const { base } = await forge.readBase(subject.repo);
  const oid = await subject.commitOnBase(base, { 'result.txt': `result of ${number}\n` });
  const lock = lockPush({ repo: subject.repo, number, expected, result: oid });
  return { number, lock, result: { expected: null, oid } };
}

/** Claims and publishes a result; the ids of both tips. */
async function publish(forge: Forge, subject: ForgeSubject, number: IssueNumber) {
  const held = lockPush({ repo: subject.repo, number });
  expect(await forge.push(subject.repo, { number, lock: held })).toEqual({ kind: 'accepted' });
  const push = await resultPush(forge, subject, { number, expected: held.oid });
  expect(await forge.push(subject.repo, push)).toEqual({ kind: 'accepted' });
  return { lock: push.lock.oid, result: push.result.oid };
}

/** Polls from cursor to cursor as a watcher does. */
function createFollower(forge: Forge, repo: RepoName, start: IssueCursor | null = null) {
  let cursor = start;
  const next = async (): Promise<IssuePoll> => {
    const poll = await forge.pollIssues(repo, cursor);
    cursor = poll.cursor;
    return poll;
  };
  return {
    next,
    cursor: () => cursor,
    /** Waits until nothing is told any more, and the cursor stands still. */
    async quiet(timing: { timeout: number; interval: number }): Promise<void> {
      await expect.poll(async () => (await next()).changed, timing).toEqual([]);
      const before = cursor;
      expect(await next()).toEqual({ changed: [], cursor: before });
    },
  };
}

async function commentsWith(person: ForgePerson, number: IssueNumber, text: string) {
  return (await person.comments(number)).filter((body) => body.includes(text)).length;
}

function numbersOf(poll: IssuePoll): number[] {
  return poll.changed.map(({ number }) => number);
}

function titlesOf(poll: IssuePoll): string[] {
  return poll.changed.map(({ title }) => title);
}

function seven<T>(value: T): T[] {
  return Array.from({ length: 7 }, () => value);
}

/** The code of the error with which a call ends; `none` when it does not fail. */
async function codeOf(call: Promise<unknown>): Promise<ErrorCode | 'none' | 'uncoded'> {
  try {
    await call;
    return 'none';
  } catch (error) {
    return error instanceof BzzzError ? error.code : 'uncoded';
  }
}
