import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bench, errorOf, pushBranch, run, statusOf } from './support.ts';
import type { Bench } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
let on: Bench;
beforeAll(async () => {
  on = await bench();
});
afterAll(() => on.close());
const ada = () => on.octokit('token-ada').rest;

/** What GitHub says in `errors` of a 422. */
async function refusal(work: Promise<unknown>): Promise<unknown> {
  const error = await errorOf(work);
  expect(error).toMatchObject({ status: 422 });
  return error instanceof Error && 'response' in error ? error.response : null;
}

test('a pull request knows its branches and sizes, and is listed by head in any state', async () => {
  const sha = await pushBranch(on, 'sizes');
  const pull = (
    await ada().pulls.create({ ...demo, title: 'Sizes', head: 'sizes', base: 'main', draft: true })
  ).data;
  expect(pull).toMatchObject({
    draft: true,
    commits: 1,
    additions: 1,
    deletions: 0,
    changed_files: 1,
    head: { sha, ref: 'sizes' },
    mergeable: true,
    mergeable_state: 'draft',
  });
  await ada().pulls.update({ ...demo, pull_number: pull.number, state: 'closed' });
  const listed = await ada().pulls.list({ ...demo, head: 'ada:sizes', state: 'all' });
  expect(listed.data.map((one) => one.number)).toEqual([pull.number]);
  expect(listed.data[0]).not.toHaveProperty('mergeable');
  expect((await ada().pulls.list({ ...demo, head: 'ada:sizes' })).data).toEqual([]);
  const issues = await ada().issues.listForRepo({ ...demo, state: 'all' });
  expect(issues.data.find((one) => one.number === pull.number)).toHaveProperty('pull_request');
});

test('a second pull request for the same head is refused in GitHub’s words', async () => {
  await pushBranch(on, 'twice');
  const asked = { ...demo, title: 'Twice', head: 'twice', base: 'main' };
  await ada().pulls.create(asked);
  expect(await refusal(ada().pulls.create(asked))).toMatchObject({
    data: {
      message: 'Validation Failed',
      errors: [
        {
          resource: 'PullRequest',
          code: 'custom',
          message: 'A pull request already exists for ada:twice.',
        },
      ],
    },
  });
});

test('two at once for one head: one is made', async () => {
  await pushBranch(on, 'race');
  const asked = { ...demo, title: 'Race', head: 'race', base: 'main' };
  const both = await Promise.all([
    statusOf(ada().pulls.create(asked)),
    statusOf(ada().pulls.create(asked)),
  ]);
  expect(both.toSorted((a, b) => a - b)).toEqual([0, 422]);
});

test('unknown head or base, nothing new, no common history: refused', async () => {
  const asked = { ...demo, title: 'x', base: 'main' };
  expect(await refusal(ada().pulls.create({ ...asked, head: 'absent' }))).toMatchObject({
    data: { errors: [{ field: 'head', code: 'invalid' }] },
  });
  expect(await refusal(ada().pulls.create({ ...asked, head: 'eve:main' }))).toMatchObject({
    data: { errors: [{ field: 'head', code: 'invalid' }] },
  });
  await pushBranch(on, 'based');
  expect(
    await refusal(ada().pulls.create({ ...asked, head: 'based', base: 'absent' })),
  ).toMatchObject({ data: { errors: [{ field: 'base', code: 'invalid' }] } });
  expect(await refusal(ada().pulls.create({ ...asked, head: 'main' }))).toMatchObject({
    data: { errors: [{ message: 'No commits between main and main' }] },
  });
  const clone = await on.clone('token-ada');
  await on.git(clone, 'checkout', '--quiet', '--orphan', 'orphan');
  await on.git(clone, 'commit', '--quiet', '-m', 'alone');
  await on.git(clone, 'push', '--quiet', 'origin', 'orphan');
  expect(await refusal(ada().pulls.create({ ...asked, head: 'orphan' }))).toMatchObject({
    data: { errors: [{ message: 'The orphan branch has no history in common with main' }] },
  });
});

test('a stranger opens nothing', async () => {
  await pushBranch(on, 'stranger');
  const work = on
    .octokit('token-eve')
    .rest.pulls.create({ ...demo, title: 'x', head: 'stranger', base: 'main' });
  expect(await statusOf(work)).toBe(403);
});

test('draft to ready and back is GraphQL; REST cannot', async () => {
  await pushBranch(on, 'draft');
  const pull = (
    await ada().pulls.create({ ...demo, title: 'Draft', head: 'draft', base: 'main', draft: true })
  ).data;
  const { number: pull_number } = pull;
  const change = { ...demo, pull_number, title: 'Still', draft: false };
  await ada().pulls.update(change);
  expect((await ada().pulls.get({ ...demo, pull_number })).data.draft).toBe(true);
  expect(await statusOf(ada().pulls.merge({ ...demo, pull_number }))).toBe(405);
  const mutate = (name: string, token = 'token-ada'): Promise<unknown> =>
    on
      .octokit(token)
      .graphql(
        `mutation Change($id: ID!) { ${name}(input: { pullRequestId: $id }) { pullRequest { number isDraft } } }`,
        { id: pull.node_id },
      );
  await expect(mutate('markPullRequestReadyForReview', 'token-eve')).rejects.toThrow(/permissions/);
  expect(await mutate('markPullRequestReadyForReview')).toEqual({
    markPullRequestReadyForReview: { pullRequest: { number: pull_number, isDraft: false } },
  });
  expect((await ada().pulls.get({ ...demo, pull_number })).data.draft).toBe(false);
  expect(await mutate('convertPullRequestToDraft')).toEqual({
    convertPullRequestToDraft: { pullRequest: { number: pull_number, isDraft: true } },
  });
  const events = (await ada().issues.listEvents({ ...demo, issue_number: pull_number })).data;
  expect(events.map((event) => event.event)).toEqual([
    'renamed',
    'ready_for_review',
    'convert_to_draft',
  ]);
});

test('merging moves the base in git and closes what the body says it closes', async () => {
  const issues = await Promise.all(
    ['a', 'b', 'c'].map((title) => ada().issues.create({ ...demo, title })),
  );
  const [one, two, three] = issues.map((issue) => issue.data.number);
  const head = await pushBranch(on, 'merge-me');
  const body = `Closes #${one}\nfixes: #${two}, see #${three}`;
  const pull = (
    await ada().pulls.create({ ...demo, title: 'Merge', head: 'merge-me', base: 'main', body })
  ).data;
  const sha = (await ada().pulls.merge({ ...demo, pull_number: pull.number, sha: head })).data.sha;
  const clone = await on.clone('token-bob');
  expect(await on.git(clone, 'rev-parse', 'origin/main')).toBe(sha);
  expect(await on.git(clone, 'rev-parse', 'origin/main^2')).toBe(head);
  expect((await ada().pulls.get({ ...demo, pull_number: pull.number })).data).toMatchObject({
    merged: true,
    state: 'closed',
    merge_commit_sha: sha,
    merged_by: { login: 'ada' },
  });
  const states = await Promise.all(
    [one, two, three].map((n) => ada().issues.get({ ...demo, issue_number: n ?? 0 })),
  );
  expect(states.map((issue) => issue.data.state)).toEqual(['closed', 'closed', 'open']);
  expect(await statusOf(ada().pulls.merge({ ...demo, pull_number: pull.number }))).toBe(405);
});

test('a squash is one commit on the base with all messages in it', async () => {
  await pushBranch(on, 'squash-me');
  const pull = (
    await ada().pulls.create({ ...demo, title: 'Squash', head: 'squash-me', base: 'main' })
  ).data;
  const sha = (
    await ada().pulls.merge({ ...demo, pull_number: pull.number, merge_method: 'squash' })
  ).data.sha;
  const commit = (await ada().git.getCommit({ ...demo, commit_sha: sha })).data;
  expect(commit.parents).toHaveLength(1);
  expect(commit.message).toBe(`Squash (#${pull.number})\n\n* Work on squash-me`);
});

test('a stale head is not merged; a conflict is told and not merged', async () => {
  const head = await pushBranch(on, 'conflict');
  const pull = (
    await ada().pulls.create({ ...demo, title: 'Conflict', head: 'conflict', base: 'main' })
  ).data;
  const { number: pull_number } = pull;
  const stale = ada().pulls.merge({ ...demo, pull_number, sha: '0'.repeat(40) });
  expect(await statusOf(stale)).toBe(409);
  const clone = await on.clone('token-ada');
  await run(
    'sh',
    [
      '-c',
      'echo other > NOTES.md && git add -A && git commit -qm other && git push -q origin HEAD:main',
    ],
    clone,
  );
  expect((await ada().pulls.get({ ...demo, pull_number })).data).toMatchObject({
    mergeable: false,
    mergeable_state: 'dirty',
    head: { sha: head },
  });
  expect(await statusOf(ada().pulls.merge({ ...demo, pull_number }))).toBe(405);
});

test('a push moves the pull request along, merges it, or closes it with its branch', async () => {
  await pushBranch(on, 'follow');
  const pull = (
    await ada().pulls.create({ ...demo, title: 'Follow', head: 'follow', base: 'main' })
  ).data;
  const { number: pull_number } = pull;
  const clone = await on.clone('token-ada');
  await on.git(clone, 'checkout', '--quiet', 'follow');
  await on.git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'more');
  await on.git(clone, 'push', '--quiet', 'origin', 'follow');
  const sha = await on.git(clone, 'rev-parse', 'HEAD');
  expect((await ada().pulls.get({ ...demo, pull_number })).data).toMatchObject({
    head: { sha },
    commits: 2,
  });
  await on.git(clone, 'push', '--quiet', 'origin', 'follow:main');
  expect((await ada().pulls.get({ ...demo, pull_number })).data).toMatchObject({
    merged: true,
    state: 'closed',
  });

  await pushBranch(on, 'gone');
  const other = (await ada().pulls.create({ ...demo, title: 'Gone', head: 'gone', base: 'main' }))
    .data;
  await ada().git.deleteRef({ ...demo, ref: 'heads/gone' });
  const closed = (await ada().pulls.get({ ...demo, pull_number: other.number })).data;
  expect(closed).toMatchObject({ merged: false, state: 'closed' });
});

test('behind html_url is a page for people, with everything escaped; .diff and .patch are git’s', async () => {
  await pushBranch(on, 'page');
  const body = '<script>alert(1)</script>';
  const pull = (
    await ada().pulls.create({ ...demo, title: 'A <b>page</b>', body, head: 'page', base: 'main' })
  ).data;
  const text = async (url: string): Promise<string> => (await fetch(url)).text();
  const html = await text(pull.html_url);
  expect(html).toContain('&lt;script&gt;alert(1)');
  expect(html).not.toMatch(/<script|<b>/);
  expect(await text(pull.diff_url)).toMatch(/^diff --git a\/NOTES.md b\/NOTES.md[^]*\+page\n$/);
  expect(await text(pull.patch_url)).toMatch(
    /^From [0-9a-f]{40} [^]*Subject: \[PATCH\] Work on page/,
  );
  expect(await text(`${on.forge.url}/ada/demo/issues`)).toContain(`#${pull.number}`);
  expect((await fetch(`${on.forge.url}/ada/demo/pull/999`)).status).toBe(404);
});

test('a reopened pull request shows what was pushed while it was closed', async () => {
  await pushBranch(on, 'reopen');
  const { number: pull_number } = (
    await ada().pulls.create({ ...demo, title: 'R', head: 'reopen', base: 'main' })
  ).data;
  await ada().pulls.update({ ...demo, pull_number, state: 'closed' });
  const clone = await on.clone('token-ada');
  await on.git(clone, 'checkout', '--quiet', 'reopen');
  await on.git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'more');
  await on.git(clone, 'push', '--quiet', 'origin', 'reopen');
  const sha = await on.git(clone, 'rev-parse', 'HEAD');
  await ada().pulls.update({ ...demo, pull_number, state: 'open' });
  expect((await ada().pulls.get({ ...demo, pull_number })).data).toMatchObject({
    state: 'open',
    head: { sha },
    commits: 2,
  });
});

test('a ref moved on the disk itself is seen, too', async () => {
  const sha = await pushBranch(on, 'on-disk');
  const { number: pull_number } = (
    await ada().pulls.create({ ...demo, title: 'D', head: 'on-disk', base: 'main' })
  ).data;
  const bare = path.join(on.dataDir, 'ada/demo.git');
  const tree = await on.git(bare, 'rev-parse', `${sha}^{tree}`);
  const next = await on.git(bare, 'commit-tree', tree, '-p', sha, '-m', 'by hand');
  await on.git(bare, 'update-ref', 'refs/heads/on-disk', next);
  expect((await ada().pulls.get({ ...demo, pull_number })).data.head.sha).toBe(next);
});

test('a commit on the default branch closes the issue it fixes', async () => {
  const issue_number = (await ada().issues.create({ ...demo, title: 'By commit' })).data.number;
  const clone = await on.clone('token-ada');
  await on.git(
    clone,
    'commit',
    '--quiet',
    '--allow-empty',
    '-m',
    `Tidy\n\nFixes ada/demo#${issue_number}`,
  );
  await on.git(clone, 'push', '--quiet', 'origin', 'main');
  expect((await ada().issues.get({ ...demo, issue_number })).data.state).toBe('closed');
});

test('labels and comments of a pull request are those of its issue', async () => {
  await pushBranch(on, 'labelled');
  const pull = (await ada().pulls.create({ ...demo, title: 'L', head: 'labelled', base: 'main' }))
    .data;
  const at = { ...demo, issue_number: pull.number };
  await ada().issues.addLabels({ ...at, labels: ['bzzz'] });
  await ada().issues.addAssignees({ ...at, assignees: ['bob'] });
  await ada().issues.createComment({ ...at, body: 'evidence' });
  const fresh = (await ada().pulls.get({ ...demo, pull_number: pull.number })).data;
  expect(fresh).toMatchObject({
    labels: [{ name: 'bzzz' }],
    assignees: [{ login: 'bob' }],
    comments: 1,
  });
});

test('files and commits of a pull request are git’s', async () => {
  const sha = await pushBranch(on, 'files');
  const { number: pull_number } = (
    await ada().pulls.create({ ...demo, title: 'F', head: 'files', base: 'main' })
  ).data;
  const files = (await ada().pulls.listFiles({ ...demo, pull_number })).data;
  expect(files.map((file) => [file.filename, file.status, file.additions])).toEqual([
    ['NOTES.md', 'modified', 1],
  ]);
  expect(files[0]?.patch).toMatch(/^@@ .*\+files$/s);
  const commits = (await ada().pulls.listCommits({ ...demo, pull_number })).data;
  expect(commits.map((commit) => commit.sha)).toEqual([sha]);
});
