import type { FencePush } from '@bzzz/coordination';
import { Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { lockPush, publish, resultPush } from './forge-commits.ts';
import { codeOf, type ForgeStage } from './forge-stage.ts';

export function describeForgeGit(stage: ForgeStage): void {
  describe('base', () => {
    it('reads the tip of the base branch, and again when it has moved', async () => {
      const { forge, repo, person } = stage;
      const { base, policy } = await forge.readBase(repo);
      const branches = await person.branches();
      expect(base.oid).toBe(branches.get(base.branch));
      expect(policy === null || policy.length > 0).toBe(true);
      const moved = await person.pushFiles(base.branch, { 'NEWS.md': `news of ${base.oid}` });
      await expect
        .poll(async () => (await forge.readBase(repo)).base.oid, stage.timing)
        .toBe(moved);
    });

    it('reads the policy of the base branch', async () => {
      const { forge, repo, person } = stage;
      const { base } = await forge.readBase(repo);
      const text = `version: 1\n# ${base.oid}\n`;
      await person.pushFiles(base.branch, { '.bzzz/policy.yml': text });
      await expect.poll(async () => (await forge.readBase(repo)).policy, stage.timing).toBe(text);
    });
  });

  describe('push', () => {
    it('creates the lock branch where there was none', async () => {
      const { subject, forge, repo } = stage;
      const number = await stage.openIssue();
      expect(await forge.readFence(repo, number)).toEqual({ lock: null, result: null });
      const lock = lockPush({ repo, number });
      expect(await forge.push(repo, { number, lock })).toEqual({ kind: 'accepted' });
      const other = await subject.client();
      await expect
        .poll(() => other.readFence(repo, number), stage.timing)
        .toEqual({ lock: { oid: lock.oid, commit: lock.commit }, result: null });
    });

    it('rejects a second holder of an absent branch, and moves nothing', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      const winner = lockPush({ repo, number });
      await forge.push(repo, { number, lock: winner });
      const loser = lockPush({ repo, number });
      const other = await subject.client();
      expect(await other.push(repo, { number, lock: loser })).toMatchObject({ kind: 'rejected' });
      expect((await person.branches()).get(`bzzz/lock/${number}`)).toBe(winner.oid);
    });

    it('accepts the same commit again where it stands', async () => {
      const { subject, forge, repo } = stage;
      const number = await stage.openIssue();
      const lock = lockPush({ repo, number });
      const push: FencePush = { number, lock };
      expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
      expect(await forge.push(repo, push)).toEqual({ kind: 'accepted' });
      const restarted = await subject.client();
      expect(await restarted.push(repo, push)).toEqual({ kind: 'accepted' });
    });

    it('moves the lock on from the tip that was read, by another client too', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
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
      const { forge, repo, person } = stage;
      const number = await stage.openIssue();
      const first = lockPush({ repo, number });
      await forge.push(repo, { number, lock: first });
      await person.deleteBranch(`bzzz/lock/${number}`);
      const next = lockPush({ repo, number, expected: first.oid });
      const reply = await forge.push(repo, { number, lock: next });
      expect(reply).toMatchObject({ kind: 'rejected' });
      expect((await person.branches()).has(`bzzz/lock/${number}`)).toBe(false);
    });

    it('publishes lock and result together', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      const { lock, result } = await publish(forge, subject, number);
      const branches = await person.branches();
      expect(branches.get(`bzzz/lock/${number}`)).toBe(lock);
      expect(branches.get(`bzzz/issue-${number}`)).toBe(result);
      const other = await subject.client();
      await expect
        .poll(async () => (await other.readFence(repo, number)).result, stage.timing)
        .toBe(result);
    });

    it('moves neither branch when the lease of the lock fails', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
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
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
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
      const { forge, repo, person } = stage;
      const number = await stage.openIssue();
      const lock = { ...lockPush({ repo, number }), oid: lockPush({ repo, number }).oid };
      expect(await codeOf(forge.push(repo, { number, lock }))).toBe('lock_malformed');
      expect((await person.branches()).has(`bzzz/lock/${number}`)).toBe(false);
    });

    it('lets one of eight racing peers win, and shows all of them who', async () => {
      const { subject, repo } = stage;
      const number = await stage.openIssue();
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
          .poll(async () => (await client.readFence(repo, number)).lock, stage.timing)
          .toEqual({ oid: won[0]?.oid, commit: won[0]?.commit });
      }
    });
  });
}

export function describeForgeBranches(stage: ForgeStage): void {
  /** The branches of one task as a fresh client lists them. */
  async function listed(number: number) {
    const all = await (await stage.subject.client()).listBranches(stage.repo);
    return all.find((one) => one.number === number);
  }

  describe('branches', () => {
    it('are listed task by task', async () => {
      const { subject, forge, repo } = stage;
      const [claimed, done] = [await stage.openIssue(), await stage.openIssue()];
      const lock = lockPush({ repo, number: claimed });
      await forge.push(repo, { number: claimed, lock });
      const { lock: over, result } = await publish(forge, subject, done);
      await expect
        .poll(() => listed(claimed), stage.timing)
        .toEqual({ number: claimed, lock: lock.oid, result: null });
      expect(await listed(done)).toEqual({ number: done, lock: over, result });
    });

    it('are deleted as a pair, and again where they are gone', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      const { lock, result } = await publish(forge, subject, number);
      const branches = { number, lock, result };
      expect(await forge.deleteBranches(repo, branches)).toEqual({ kind: 'accepted' });
      const left = await person.branches();
      expect([left.has(`bzzz/lock/${number}`), left.has(`bzzz/issue-${number}`)]).toEqual([
        false,
        false,
      ]);
      expect(await forge.deleteBranches(repo, branches)).toEqual({ kind: 'accepted' });
      await expect.poll(() => listed(number), stage.timing).toBeUndefined();
    });

    it('stay both when one of them has moved', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      const { lock, result } = await publish(forge, subject, number);
      const next = lockPush({ repo, number, expected: lock, epoch: 2 });
      await (await subject.client()).push(repo, { number, lock: next });
      const reply = await forge.deleteBranches(repo, { number, lock, result });
      expect(reply).toMatchObject({ kind: 'rejected' });
      const left = await person.branches();
      expect(left.get(`bzzz/lock/${number}`)).toBe(next.oid);
      expect(left.get(`bzzz/issue-${number}`)).toBe(result);
    });
  });
}

/** Only where there is a mirror that objects can be missing in. */
export function describeForgeObjects(stage: ForgeStage): void {
  it('finds the base of unfinished work that another peer pushed', async () => {
    const { subject, forge, repo, person } = stage;
    const number = await stage.openIssue();
    const { base } = await forge.readBase(repo);
    const { result } = await publish(forge, subject, number);
    await person.pushFiles(base.branch, { 'NEWS.md': `news of ${base.oid}` });
    const taker = await subject.client();
    const { base: now } = await taker.readBase(repo);
    expect(await taker.readWork(repo, result, now)).toMatchObject({ oid: base.oid });
  });

  describe('a result on a base that has moved', () => {
    it('is put on top of the new one', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      const { base } = await forge.readBase(repo);
      const { result } = await publish(forge, subject, number);
      expect(await forge.rebaseWork(repo, result, base)).toEqual({ oid: result, conflicts: [] });
      await person.pushFiles(base.branch, { 'NEWS.md': `more news of ${base.oid}` });
      const taker = await subject.client();
      const { base: now } = await taker.readBase(repo);
      const rebased = await taker.rebaseWork(repo, result, now);
      expect(rebased).toMatchObject({ conflicts: [] });
      const oid = rebased?.oid ?? result;
      expect(await taker.readWork(repo, oid, now)).toMatchObject({ oid: now.oid });
      // The same for whoever does it.
      const again = await forge.readBase(repo);
      expect(await forge.rebaseWork(repo, result, again.base)).toEqual(rebased);
    });

    it('holds both sides where both changed the same', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      const { base } = await forge.readBase(repo);
      const { result } = await publish(forge, subject, number);
      await person.pushFiles(base.branch, { 'result.txt': `made by hand over ${base.oid}\n` });
      const { base: now } = await forge.readBase(repo);
      const rebased = await forge.rebaseWork(repo, result, now);
      expect(rebased).toMatchObject({ conflicts: ['result.txt'] });
      const oid = rebased?.oid ?? result;
      expect(await forge.readWork(repo, oid, now)).toMatchObject({ oid: now.oid });
    });

    it('is nothing where people pushed on top of it', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      await publish(forge, subject, number);
      const further = await person.pushFiles(`bzzz/issue-${number}`, { 'hand.txt': 'by hand\n' });
      const { base } = await forge.readBase(repo);
      expect(await forge.rebaseWork(repo, further, base)).toBeNull();
    });
  });

  it('fails clearly when the result is not in the mirror', async () => {
    const { forge, repo, person } = stage;
    const number = await stage.openIssue();
    const lock = lockPush({ repo, number });
    const result = { expected: null, oid: Oid.parse('1'.repeat(40)) };
    expect(await codeOf(forge.push(repo, { number, lock, result }))).toBe('git_object_missing');
    expect((await person.branches()).has(`bzzz/lock/${number}`)).toBe(false);
  });
}

function seven<T>(value: T): T[] {
  return Array.from({ length: 7 }, () => value);
}
