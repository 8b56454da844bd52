import { IssueNumber, Oid } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { publish } from './forge-commits.ts';
import { codeOf, type ForgeStage } from './forge-stage.ts';
import type { ForgePerson } from './forge-subject.ts';

export function describeForgeVisible(stage: ForgeStage): void {
  describe('what people see', () => {
    it('assigns once', async () => {
      const { subject, forge, repo } = stage;
      const number = await stage.openIssue();
      expect(await forge.assign(repo, number)).toEqual({ written: true });
      await expect
        .poll(async () => (await forge.readIssue(repo, number)).assignees, stage.timing)
        .toEqual([await forge.account()]);
      expect(await forge.assign(repo, number)).toEqual({ written: false });
      expect(await (await subject.client()).assign(repo, number)).toEqual({ written: false });
    });

    it('takes the assignment off once', async () => {
      const { forge, repo } = stage;
      const number = await stage.openIssue();
      await forge.assign(repo, number);
      await expect
        .poll(async () => (await forge.readIssue(repo, number)).assignees.length, stage.timing)
        .toBe(1);
      expect(await forge.unassign(repo, number)).toEqual({ written: true });
      await expect
        .poll(async () => (await forge.readIssue(repo, number)).assignees, stage.timing)
        .toEqual([]);
      expect(await forge.unassign(repo, number)).toEqual({ written: false });
    });

    it('answers forge_not_found when there is no such issue to write to', async () => {
      const { forge, repo } = stage;
      const absent = IssueNumber.parse(2_000_000_000);
      expect(await codeOf(forge.assign(repo, absent))).toBe('forge_not_found');
      expect(await codeOf(forge.addLabel(repo, absent, 'bzzz'))).toBe('forge_not_found');
      expect(await codeOf(forge.putComment(repo, absent, 'hello'))).toBe('forge_not_found');
    });

    it('adds a label once', async () => {
      const { forge, repo, person } = stage;
      const number = await person.openIssue({ title: 'Unlabelled', body: '' });
      expect(await forge.addLabel(repo, number, 'bzzz')).toEqual({ written: true });
      await expect
        .poll(async () => (await forge.readIssue(repo, number)).labels, stage.timing)
        .toEqual(['bzzz']);
      expect(await forge.addLabel(repo, number, 'bzzz')).toEqual({ written: false });
    });

    it('keeps one comment, edited in place, whoever of the account writes', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      await person.comment(number, 'A person asks something.');
      const first = await forge.putComment(repo, number, 'working on it');
      expect(first.written).toBe(true);
      const put = (text: string, by = forge) => by.putComment(repo, number, text);
      expect(await put('working on it')).toEqual({ written: false, id: first.id });
      expect(await put('done')).toEqual({ written: true, id: first.id });
      const other = await subject.client();
      await expect.poll(() => commentsWith(person, number, 'done'), stage.timing).toBe(1);
      expect(await put('done', other)).toEqual({ written: false, id: first.id });
      expect(await put('late write', other)).toEqual({ written: true, id: first.id });
      await expect.poll(() => put('done'), stage.timing).toEqual({ written: true, id: first.id });
      await expect.poll(() => commentsWith(person, number, 'done'), stage.timing).toBe(1);
      const comments = await person.comments(number);
      expect(comments).toHaveLength(2);
      expect(comments[0]).toContain('A person asks something.');
    });

    it('leaves a comment as it is that says so already', async () => {
      const { forge, repo, person } = stage;
      const number = await stage.openIssue();
      const put = (body: string) =>
        forge.putComment(repo, number, body, { unlessSaid: 'it failed' });
      const { id } = await put('it failed, since all of this went wrong');
      await expect.poll(() => commentsWith(person, number, 'since all'), stage.timing).toBe(1);
      expect(await put('it failed')).toEqual({ written: false, id });
      expect(await forge.putComment(repo, number, 'done')).toEqual({ written: true, id });
    });

    it('opens one draft pull request and updates it', async () => {
      const { subject, forge, repo } = stage;
      const number = await stage.openIssue();
      const { result } = await publish(forge, subject, number);
      const text = { title: 'Result', body: 'evidence' };
      expect(await forge.findPullRequests(repo, number)).toEqual([]);
      const first = await forge.putPullRequest(repo, number, text);
      expect(first.written).toBe(true);
      await expect
        .poll(() => forge.findPullRequests(repo, number), stage.timing)
        .toMatchObject([{ number: first.id, state: 'open', draft: true, head: result }]);
      expect(await forge.putPullRequest(repo, number, text)).toEqual({
        written: false,
        id: first.id,
      });
    });

    it('keeps one comment with the verdicts on a pull request, beside the one on the issue', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      await publish(forge, subject, number);
      const { id } = await forge.putPullRequest(repo, number, { title: 'Result', body: 'one' });
      await forge.putComment(repo, number, 'on the issue');
      expect(await forge.putVerdicts(repo, id, 'one passed')).toMatchObject({ written: true });
      const pull = IssueNumber.parse(id);
      await expect.poll(() => commentsWith(person, pull, 'one passed'), stage.timing).toBe(1);
      expect(await forge.putVerdicts(repo, id, 'one passed')).toMatchObject({ written: false });
      expect(await forge.putVerdicts(repo, id, 'two passed')).toMatchObject({ written: true });
      await expect.poll(() => commentsWith(person, pull, 'two passed'), stage.timing).toBe(1);
      expect(await person.comments(pull)).toHaveLength(1);
      expect(await commentsWith(person, number, 'on the issue')).toBe(1);
    });

    it('makes a draft ready for review once', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      const { result: head } = await publish(forge, subject, number);
      const { id } = await forge.putPullRequest(repo, number, { title: 'Result', body: 'one' });
      const at = { pullRequest: id, head, verified: true };
      const elsewhere = { ...at, head: Oid.parse('9'.repeat(40)) };
      expect(await forge.markReady(repo, elsewhere)).toEqual({ written: false });
      expect(await forge.markReady(repo, at)).toEqual({ written: true });
      await expect
        .poll(() => forge.findPullRequests(repo, number), stage.timing)
        .toMatchObject([{ number: id, state: 'open', draft: false }]);
      // What stands is not opened anew as a draft.
      await forge.putPullRequest(repo, number, { title: 'Result', body: 'two' });
      expect(await forge.findPullRequests(repo, number)).toMatchObject([{ draft: false }]);
      await person.closePullRequest(id);
      await expect
        .poll(() => forge.findPullRequests(repo, number), stage.timing)
        .toMatchObject([{ state: 'closed' }]);
      expect(await forge.markReady(repo, at)).toEqual({ written: false });
      const absent = { ...at, pullRequest: 2_000_000_000 };
      expect(await codeOf(forge.markReady(repo, absent))).toBe('forge_not_found');
    });

    it('adopts the pull request that another client opened', async () => {
      const { subject, forge, repo } = stage;
      const number = await stage.openIssue();
      await publish(forge, subject, number);
      const first = await forge.putPullRequest(repo, number, { title: 'Result', body: 'one' });
      const other = await subject.client();
      const text = { title: 'Result', body: 'two' };
      expect(await other.putPullRequest(repo, number, text)).toEqual({
        written: true,
        id: first.id,
      });
      await expect
        .poll(async () => (await other.findPullRequests(repo, number)).length, stage.timing)
        .toBe(1);
    });

    it('finds a pull request that a person has closed', async () => {
      const { subject, forge, repo, person } = stage;
      const number = await stage.openIssue();
      await publish(forge, subject, number);
      const { id } = await forge.putPullRequest(repo, number, { title: 'Result', body: 'one' });
      await person.closePullRequest(id);
      await expect
        .poll(() => forge.findPullRequests(repo, number), stage.timing)
        .toMatchObject([{ number: id, state: 'closed' }]);
      // One a task, ever: people who closed it are not overruled.
      const again = await forge.putPullRequest(repo, number, { title: 'Result', body: 'two' });
      expect(again).toEqual({ written: false, id });
    });

    it('finds no pull requests of other tasks', async () => {
      const { subject, forge, repo } = stage;
      const number = await stage.openIssue();
      await publish(forge, subject, number);
      await forge.putPullRequest(repo, number, { title: 'Result', body: 'one' });
      const other = await stage.openIssue('another');
      expect(await forge.findPullRequests(repo, other)).toEqual([]);
    });
  });
}

/** Only where there is an account that may read but not be assigned. */
export function describeForgeOutsider(stage: ForgeStage): void {
  it('says so when the forge silently leaves out an assignee', async () => {
    const { subject, repo } = stage;
    if (subject.outsider === null) throw new Error('the subject has no outsider');
    const number = await stage.openIssue();
    const outsider = await subject.outsider();
    expect(await outsider.assign(repo, number)).toEqual({ written: false });
    expect((await outsider.readIssue(repo, number)).assignees).toEqual([]);
  });
}

async function commentsWith(person: ForgePerson, number: IssueNumber, text: string) {
  return (await person.comments(number)).filter((body) => body.includes(text)).length;
}
