/** What becomes of a pull request: what people say of it, its checks, a base that moves. */
import type { Review } from '@bzzz/coordination';
import { IssueNumber, type Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { publish } from './forge-commits.ts';
import { codeOf, type ForgeStage } from './forge-stage.ts';

interface Opened {
  readonly id: number;
  readonly head: Oid;
}

/** A pull request of a result that adds `result.txt`. */
async function open({ forge, subject, repo, openIssue }: ForgeStage): Promise<Opened> {
  const number = await openIssue();
  const { result: head } = await publish(forge, subject, number);
  const { id } = await forge.putPullRequest(repo, number, { title: 'Result', body: 'one' });
  return { id, head };
}

function reading({ forge, repo }: ForgeStage, id: number): () => Promise<Review> {
  return () => forge.readReview(repo, id);
}

/** What every forge tells of a pull request, also one on which nobody ever says anything. */
export function describeForgeReview(stage: ForgeStage): void {
  describe('what became of a pull request', () => {
    it('is a draft that merges, which nobody has looked at', async () => {
      const { id, head } = await open(stage);
      const checks = { state: 'none', failed: [] };
      await expect
        .poll(reading(stage, id), stage.timing)
        .toEqual({ state: 'open', draft: true, head, mergeable: true, checks, remarks: [] });
    });

    it('is made a draft again, once', async () => {
      const { forge, repo, timing } = stage;
      const { id, head } = await open(stage);
      expect(await forge.markDraft(repo, id)).toEqual({ written: false });
      await forge.markReady(repo, { pullRequest: id, head, verified: true });
      await expect.poll(reading(stage, id), timing).toMatchObject({ draft: false });
      expect(await forge.markDraft(repo, id)).toEqual({ written: true });
      await expect.poll(reading(stage, id), timing).toMatchObject({ draft: true });
      expect(await forge.markDraft(repo, id)).toEqual({ written: false });
      expect(await forge.markReady(repo, { pullRequest: id, head, verified: true })).toEqual({
        written: true,
      });
    });

    it('is closed by a person, and then left as it is', async () => {
      const { forge, repo, person, timing } = stage;
      const { id, head } = await open(stage);
      await forge.markReady(repo, { pullRequest: id, head, verified: true });
      await person.closePullRequest(id);
      await expect
        .poll(reading(stage, id), timing)
        .toMatchObject({ state: 'closed', draft: false, head });
      expect(await forge.markDraft(repo, id)).toEqual({ written: false });
    });

    it('is not found where there is no pull request', async () => {
      const { forge, repo, openIssue } = stage;
      for (const absent of [2_000_000_000, await openIssue()]) {
        expect(await codeOf(forge.readReview(repo, absent))).toBe('forge_not_found');
        expect(await codeOf(forge.markDraft(repo, absent))).toBe('forge_not_found');
      }
    });
  });
}

/** Only where people review, checks run, and a base can move apart. */
export function describeForgeReviewed(stage: ForgeStage): void {
  describe('a pull request that was looked at', () => {
    it('tells what was said of it, and where; not what bzzz says itself', async () => {
      const { forge, repo, person, timing } = stage;
      const { id, head } = await open(stage);
      await forge.putVerdicts(repo, id, 'one passed');
      await person.review(id, 'Looks odd.');
      await person.commentOnLine(id, { head, path: 'result.txt', line: 1, body: 'Why?' });
      await person.comment(IssueNumber.parse(id), 'Please mend it.');
      const by = await person.account();
      const said = { by, association: expect.any(String), atMs: expect.any(Number), edited: false };
      const plain = { ...said, path: null, line: null };
      await expect
        .poll(async () => new Set((await forge.readReview(repo, id)).remarks), timing)
        .toEqual(
          new Set([
            { ...plain, kind: 'reviewed', text: 'Looks odd.' },
            { ...said, kind: 'line', text: 'Why?', path: 'result.txt', line: 1 },
            { ...plain, kind: 'comment', text: 'Please mend it.' },
          ]),
        );
      const { remarks } = await forge.readReview(repo, id);
      const times = remarks.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(remarks.map(({ association }) => association)).not.toContain('NONE');
    });

    it('tells all that was said since, of whom it is asked for', async () => {
      const { forge, repo, person, timing } = stage;
      const { id } = await open(stage);
      const pull = IssueNumber.parse(id);
      await person.review(id, 'Looks odd.');
      await person.comment(pull, 'Please mend it.');
      const all = async () => (await forge.readReview(repo, id)).remarks;
      await expect.poll(async () => (await all()).length, timing).toBe(2);
      const [first] = await all();
      const { association = 'NONE', atMs = 0 } = first ?? {};
      const asked = await forge.readReview(repo, id, { sinceMs: atMs, authors: [association] });
      expect(asked.remarks).toEqual(await all());
      expect(asked.unread).toBeUndefined();
      const nobody = await forge.readReview(repo, id, { sinceMs: atMs, authors: ['FIRST_TIMER'] });
      expect(nobody.remarks).toEqual([]);
    });

    it('tells that words were changed', async () => {
      const { forge, repo, person, timing } = stage;
      const { id } = await open(stage);
      const pull = IssueNumber.parse(id);
      await person.comment(pull, 'Please mend it.');
      await person.editComment(pull, 'Please keep it.');
      await expect
        .poll(async () => (await forge.readReview(repo, id)).remarks, timing)
        .toMatchObject([{ text: 'Please keep it.', edited: true }]);
    });

    it('tells what its checks say, of each the latest word', async () => {
      const { person, timing } = stage;
      const { id, head } = await open(stage);
      const checks = async () => (await reading(stage, id)()).checks;
      await person.setStatus(head, { context: 'build', state: 'pending' });
      await expect.poll(checks, timing).toEqual({ state: 'pending', failed: [] });
      const description = 'a.ts does not compile';
      await person.setStatus(head, { context: 'build', state: 'failure', description });
      await person.setStatus(head, { context: 'lint', state: 'success' });
      await expect
        .poll(checks, timing)
        .toEqual({ state: 'failed', failed: [{ name: 'build', summary: description }] });
      await person.setStatus(head, { context: 'build', state: 'success' });
      await expect.poll(checks, timing).toEqual({ state: 'passed', failed: [] });
    });

    it('does not merge any more once the base has moved apart', async () => {
      const { forge, repo, person, timing } = stage;
      const { id, head } = await open(stage);
      await expect.poll(reading(stage, id), timing).toMatchObject({ mergeable: true, head });
      const { base } = await forge.readBase(repo);
      await person.pushFiles(base.branch, { 'result.txt': `another than ${id}\n` });
      await expect.poll(reading(stage, id), timing).toMatchObject({ mergeable: false, head });
    });

    it('has new checks and no old lines where a person pushed to it', async () => {
      const { person, timing } = stage;
      const { id, head } = await open(stage);
      await person.setStatus(head, { context: 'build', state: 'failure' });
      await person.commentOnLine(id, { head, path: 'result.txt', line: 1, body: 'Why?' });
      await expect.poll(reading(stage, id), timing).toMatchObject({
        checks: { state: 'failed' },
        remarks: [{ line: 1 }],
      });
      const [branch = ''] = [...(await person.branches())].find(([, oid]) => oid === head) ?? [];
      const moved = await person.pushFiles(branch, { 'result.txt': 'nothing of before\n' });
      await expect.poll(reading(stage, id), timing).toMatchObject({
        head: moved,
        checks: { state: 'none', failed: [] },
        remarks: [{ text: 'Why?', path: 'result.txt', line: null }],
      });
    });
  });
}
