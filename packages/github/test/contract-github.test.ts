/**
 * The same contract on github.com itself, for whoever sets both variables: a token, and a scratch
 * repository `owner/name` that it may push to. Issues, branches and pull requests that this makes
 * are closed and removed again.
 *
 *     BZZZ_GITHUB_TOKEN=... BZZZ_GITHUB_REPOSITORY=owner/scratch vitest run packages/github
 */
import { RepoName } from '@bzzz/protocol';
import { describeForgeContract } from '@bzzz/testkit/contracts/forge';
import { expect, it } from 'vitest';
import { createSubject } from './support/subject.ts';

const token = process.env['BZZZ_GITHUB_TOKEN'];
const repository = process.env['BZZZ_GITHUB_REPOSITORY'];

if (token === undefined || repository === undefined) {
  it('does not run on github.com: BZZZ_GITHUB_TOKEN and BZZZ_GITHUB_REPOSITORY are not both set', async ({
    annotate,
  }) => {
    expect([token, repository]).toContain(undefined);
    await annotate('the contract was not checked on github.com', 'notice');
  });
} else {
  const options = { lagMs: 90_000, testTimeoutMs: 600_000, outsider: false };
  const repo = RepoName.parse(repository);
  describeForgeContract(
    'github adapter on github.com',
    () =>
      createSubject({
        apiUrl: process.env['BZZZ_GITHUB_API_URL'] ?? 'https://api.github.com',
        gitUrl: process.env['BZZZ_GITHUB_GIT_URL'] ?? 'https://github.com',
        repo,
        token,
        writeGapMs: 1000,
        outsiderToken: null,
        async cleanUp(person) {
          const branches = await person.branches();
          for (const number of person.opened) {
            for (const branch of [`bzzz/lock/${number}`, `bzzz/issue-${number}`]) {
              if (branches.has(branch)) await person.deleteBranch(branch);
            }
            await person.closeIssue(number);
          }
        },
      }),
    options,
  );
}
