import type { Forge, IssueCursor, IssuePoll } from '@bzzz/coordination';
import { Account, IssueNumber, type RepoName } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { publish } from './forge-commits.ts';
import { codeOf, type ForgeStage, labels, type PollTiming } from './forge-stage.ts';

export function describeForgeIssues(stage: ForgeStage): void {
  describe('issues', () => {
    it('knows whose token it has', async () => {
      const { forge } = stage;
      expect(Account.safeParse(await forge.account()).success).toBe(true);
    });

    it('reads an issue as it was written', async () => {
      const { forge, repo, person } = stage;
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
      const { forge, repo, person } = stage;
      const number = await person.openIssue({ title: 'No body', body: '' });
      expect((await forge.readIssue(repo, number)).body).toBe('');
    });

    it('answers forge_not_found for an issue that is not there', async () => {
      const { forge, repo } = stage;
      const absent = IssueNumber.parse(2_000_000_000);
      expect(await codeOf(forge.readIssue(repo, absent))).toBe('forge_not_found');
    });

    it('polls what is open, then only what changed, and closed issues too', async () => {
      const { forge, repo, person } = stage;
      const first = await stage.openIssue('first');
      const second = await stage.openIssue('second');
      const seen = createFollower(forge, repo);
      await expect
        .poll(() => seen.next().then(numbersOf), stage.timing)
        .toEqual(expect.arrayContaining([first, second]));
      await seen.quiet(stage.timing);

      await person.editIssue(first, { title: 'first, edited' });
      await expect.poll(() => seen.next().then(titlesOf), stage.timing).toContain('first, edited');
      await person.closeIssue(second);
      await expect
        .poll(
          async () => (await seen.next()).changed.find((one) => one.number === second)?.state,
          stage.timing,
        )
        .toBe('closed');
      await seen.quiet(stage.timing);
    });

    it('resumes from any cursor without losing a change', async () => {
      const { subject, forge, repo } = stage;
      const first = await stage.openIssue('first');
      const seen = createFollower(forge, repo);
      await expect.poll(() => seen.next().then(numbersOf), stage.timing).toContain(first);
      const kept = seen.cursor();
      const second = await stage.openIssue('second');
      const other = createFollower(await subject.client(), repo, kept);
      await expect.poll(() => other.next().then(numbersOf), stage.timing).toContain(second);
    });

    it('leaves pull requests out of a poll', async () => {
      const { subject, forge, repo } = stage;
      const number = await stage.openIssue();
      await publish(forge, subject, number);
      const { id } = await forge.putPullRequest(repo, number, { title: 'Result', body: 'done' });
      const later = await stage.openIssue('later');
      const seen = createFollower(forge, repo);
      const all: number[] = [];
      await expect
        .poll(async () => {
          all.push(...numbersOf(await seen.next()));
          return all;
        }, stage.timing)
        .toContain(later);
      expect(all).not.toContain(id);
      // Nor is it an issue when it is asked for by its number.
      expect(await codeOf(forge.readIssue(repo, IssueNumber.parse(id)))).toBe('forge_not_found');
    });
  });
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
    async quiet(timing: PollTiming): Promise<void> {
      await expect.poll(async () => (await next()).changed, timing).toEqual([]);
      const before = cursor;
      expect(await next()).toEqual({ changed: [], cursor: before });
    },
  };
}

function numbersOf(poll: IssuePoll): number[] {
  return poll.changed.map(({ number }) => number);
}

function titlesOf(poll: IssuePoll): string[] {
  return poll.changed.map(({ title }) => title);
}
