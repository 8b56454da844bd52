import { Account, IssueNumber, issueHash } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { codeOf, type ForgeStage } from './forge-stage.ts';

/** Who approved an issue: labels, edits, and what accounts are to the repository. */
export function describeForgeHistory(stage: ForgeStage): void {
  /** As a client reads it that saw nothing before. */
  async function read(number: IssueNumber) {
    return await (await stage.subject.client()).readHistory(stage.repo, number);
  }

  describe('what became of an issue', () => {
    it('is of the words that it shows', async () => {
      const { forge, repo, person } = stage;
      const number = await person.openIssue({ title: 'Größer', body: 'über\r\n\r\n`a`\n' });
      const issue = await forge.readIssue(repo, number);
      await expect
        .poll(() => forge.readHistory(repo, number), stage.timing)
        .toMatchObject({ wordsSha256: issueHash(issue), updatedAtMs: issue.updatedAtMs });
      const empty = await person.openIssue({ title: 'No body', body: '' });
      const { wordsSha256 } = await forge.readHistory(repo, empty);
      expect(wordsSha256).toBe(issueHash(await forge.readIssue(repo, empty)));
    });

    it('tells who put a label on, as often as somebody does', async () => {
      const { forge, repo, person } = stage;
      const by = await person.account();
      const number = await person.openIssue({ title: 'Unlabelled', body: '' });
      expect((await forge.readHistory(repo, number)).labelled).toEqual([]);
      await person.addLabel(number, 'bzzz');
      const put = { label: 'bzzz', by, atMs: expect.any(Number) };
      const labelled = async () => (await read(number)).labelled;
      await expect.poll(labelled, stage.timing).toEqual([put]);
      await person.removeLabel(number, 'bzzz');
      await person.addLabel(number, 'bzzz');
      await expect.poll(labelled, stage.timing).toEqual([put, put]);
      const { writtenAtMs, ...after } = await read(number);
      const times = after.labelled.map(({ atMs }) => atMs);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      expect(times.every((atMs) => atMs >= writtenAtMs)).toBe(true);
    });

    it('tells that we put one on ourselves', async () => {
      const { forge, repo, person } = stage;
      const number = await person.openIssue({ title: 'Unlabelled', body: '' });
      await forge.addLabel(repo, number, 'bzzz');
      const by = await forge.account();
      await expect
        .poll(async () => (await read(number)).labelled, stage.timing)
        .toMatchObject([{ label: 'bzzz', by }]);
    });

    it.each(['title', 'body'])('tells when its %s was edited last', async (part) => {
      const number = await stage.openIssue();
      const { writtenAtMs } = await read(number);
      let edits = 0;
      // Until the second is over in which it was opened.
      await expect
        .poll(async () => {
          edits += 1;
          await stage.person.editIssue(number, { [part]: `edited ${edits}` });
          return (await read(number)).writtenAtMs;
        }, stage.timing)
        .toBeGreaterThan(writtenAtMs);
    });

    it('is not found where there is no issue', async () => {
      const absent = IssueNumber.parse(2_000_000_000);
      expect(await codeOf(stage.forge.readHistory(stage.repo, absent))).toBe('forge_not_found');
    });
  });

  describe('what is said of an issue', () => {
    it('is every comment that begins with /bzzz, and how many there are', async () => {
      const { forge, repo, person } = stage;
      const number = await stage.openIssue();
      expect(await forge.readRemarks(repo, number)).toEqual({ remarks: [], comments: 0 });
      await person.comment(number, 'Hello,\n/bzzz stop');
      await person.comment(number, '/bzzz retry\nplease');
      await person.comment(number, ' /bzzz stop');
      await person.comment(number, '/bzzz release');
      await forge.putComment(repo, number, '/bzzz stop');
      const by = await person.account();
      const said = { by, edited: false, atMs: expect.any(Number), association: expect.any(String) };
      const remarks = ['/bzzz retry', '/bzzz release'].map((line) => ({ ...said, line }));
      await expect
        .poll(() => forge.readRemarks(repo, number), stage.timing)
        .toEqual({ remarks, comments: 5 });
      expect((await forge.readRemarks(repo, number)).remarks[0]?.association).not.toBe('NONE');
      await expect
        .poll(async () => (await forge.readIssue(repo, number)).comments, stage.timing)
        .toBe(5);
    });

    it('shows when it was edited', async () => {
      const { forge, repo, person } = stage;
      const number = await stage.openIssue();
      await person.comment(number, '/bzzz stop');
      let edits = 0;
      // Until the second is over in which it was written.
      await expect
        .poll(async () => {
          edits += 1;
          await person.editComment(number, `/bzzz retry\n${edits}`);
          return (await forge.readRemarks(repo, number)).remarks;
        }, stage.timing)
        .toMatchObject([{ edited: true }]);
    });
  });

  describe('an account', () => {
    it('is trusted to the repository, or nothing to it', async () => {
      const { forge, repo, person } = stage;
      const known = await forge.readAssociation(repo, await person.account());
      expect(['OWNER', 'COLLABORATOR']).toContain(known);
      const nobody = Account.parse('nobody-of-this-name-9f8e7d6c5b4a');
      expect(await forge.readAssociation(repo, nobody)).toBe('NONE');
    });
  });
}
