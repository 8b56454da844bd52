import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { bench, errorOf, pushBranch, run, statusOf } from './support.ts';
import type { Bench } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
let timeMs = Date.parse('2026-01-01T00:00:00Z');
let on: Bench;
beforeAll(async () => {
  on = await bench({ now: () => timeMs });
});
afterAll(() => on.close());
const as = (token: string) => on.octokit(token).rest;
const ada = () => as('token-ada');
const bob = () => as('token-bob');

/** Makes a pull request of a branch that adds one line to NOTES.md. */
async function pullOf(branch: string) {
  const sha = await pushBranch(on, branch);
  const asked = { ...demo, title: branch, head: branch, base: 'main' };
  const { number } = (await ada().pulls.create(asked)).data;
  return { sha, number, at: { ...demo, pull_number: number } };
}

const said = 'body lastEditedAt authorAssociation viewerDidAuthor author { __typename login }';

/** The fields of a pull request, as GraphQL shows them. */
async function look(number: number, fields: string, token = 'token-ada'): Promise<unknown> {
  const query = `query ($n: Int!) { repository(owner: "ada", name: "demo") { pullRequest(number: $n) { ${fields} } } }`;
  const answer: { repository: { pullRequest: unknown } } = await on
    .octokit(token)
    .graphql(query, { n: number });
  return answer.repository.pullRequest;
}

test('a review approves, asks for changes or says something; nobody judges his own', async () => {
  const { number, at, sha } = await pullOf('judged');
  const approved = await bob().pulls.createReview({ ...at, event: 'APPROVE' });
  expect(approved).toMatchObject({ status: 200, data: { state: 'APPROVED', commit_id: sha } });
  const words = { body: 'Not so', event: 'REQUEST_CHANGES' } as const;
  await as('token-eve').pulls.createReview({ ...at, ...words });
  await ada().pulls.createReview({ ...at, body: 'Thanks', event: 'COMMENT' });
  await bob().pulls.createReview({ ...at, body: 'A draft of a review' });
  for (const event of ['APPROVE', 'REQUEST_CHANGES'] as const) {
    expect(await statusOf(ada().pulls.createReview({ ...at, event, body: 'x' }))).toBe(422);
  }
  for (const event of ['REQUEST_CHANGES', 'COMMENT'] as const) {
    expect(await statusOf(bob().pulls.createReview({ ...at, event }))).toBe(422);
  }
  const reviews = `reviews(last: 50) { nodes { state submittedAt ${said} } }`;
  const one = { lastEditedAt: null, submittedAt: '2026-01-01T00:00:00Z', viewerDidAuthor: false };
  const person = (login: string) => ({ __typename: 'User', login });
  expect(await look(number, reviews)).toEqual({
    reviews: {
      nodes: [
        {
          ...one,
          state: 'APPROVED',
          body: '',
          authorAssociation: 'COLLABORATOR',
          author: person('bob'),
        },
        {
          ...one,
          state: 'CHANGES_REQUESTED',
          body: 'Not so',
          authorAssociation: 'NONE',
          author: person('eve'),
        },
        {
          ...one,
          state: 'COMMENTED',
          body: 'Thanks',
          authorAssociation: 'OWNER',
          author: person('ada'),
          viewerDidAuthor: true,
        },
      ],
    },
  });
  // What is not submitted yet only its author sees.
  const states = `reviews(last: 1) { nodes { state } }`;
  expect(await look(number, states, 'token-bob')).toEqual({
    reviews: { nodes: [{ state: 'PENDING' }] },
  });
});

test('a review is worded anew by its author, and dismissed', async () => {
  const { number, at } = await pullOf('worded');
  const { data } = await bob().pulls.createReview({
    ...at,
    body: 'No',
    event: 'REQUEST_CHANGES',
  });
  const again = { ...at, review_id: data.id, body: 'Never' };
  expect(await statusOf(as('token-eve').pulls.updateReview(again))).toBe(403);
  timeMs = Date.parse('2026-01-02T00:00:00Z');
  expect((await bob().pulls.updateReview(again)).data).toMatchObject({ body: 'Never' });
  const fields = 'reviews(last: 1) { nodes { state body lastEditedAt submittedAt } }';
  const words = { body: 'Never', lastEditedAt: '2026-01-02T00:00:00Z' };
  expect(await look(number, fields)).toMatchObject({
    reviews: {
      nodes: [{ ...words, state: 'CHANGES_REQUESTED', submittedAt: '2026-01-01T00:00:00Z' }],
    },
  });
  await ada().pulls.dismissReview({ ...at, review_id: data.id, message: 'settled' });
  expect(await look(number, fields)).toMatchObject({
    reviews: { nodes: [{ state: 'DISMISSED' }] },
  });
});

test('a comment on a line stands in a thread, and loses its line with the file', async () => {
  const { number, at, sha } = await pullOf('lines');
  const spot = { ...at, commit_id: sha, path: 'NOTES.md', line: 1 };
  const first = (await bob().pulls.createReviewComment({ ...spot, body: 'Why?' })).data;
  expect(first).toMatchObject({ path: 'NOTES.md', line: 1, side: 'RIGHT' });
  expect(first.diff_hunk).toMatch(/^@@ .*\n\+lines$/);
  timeMs = Date.parse('2026-01-03T00:00:00Z');
  const answer = { ...at, comment_id: first.id, body: 'Because.' };
  const reply = (await ada().pulls.createReplyForReviewComment(answer)).data;
  expect(reply).toMatchObject({ path: 'NOTES.md', line: 1, in_reply_to_id: first.id });
  const absent = { ...answer, comment_id: 999 };
  expect(await statusOf(ada().pulls.createReplyForReviewComment(absent))).toBe(404);
  const edited = { ...demo, comment_id: first.id, body: 'Why ever?' };
  expect(await statusOf(as('token-eve').pulls.updateReviewComment(edited))).toBe(403);
  await bob().pulls.updateReviewComment(edited);
  const threads = `reviewThreads(last: 50) { nodes { path line isOutdated comments(last: 20) { nodes { state publishedAt ${said} } } } } reviews(last: 50) { nodes { state body } }`;
  expect(await look(number, threads)).toMatchObject({
    reviewThreads: {
      nodes: [
        {
          path: 'NOTES.md',
          line: 1,
          isOutdated: false,
          comments: {
            nodes: [
              {
                state: 'SUBMITTED',
                body: 'Why ever?',
                lastEditedAt: '2026-01-03T00:00:00Z',
                author: { login: 'bob' },
              },
              { body: 'Because.', lastEditedAt: null, publishedAt: '2026-01-03T00:00:00Z' },
            ],
          },
        },
      ],
    },
    // Each is a review without words.
    reviews: {
      nodes: [
        { state: 'COMMENTED', body: '' },
        { state: 'COMMENTED', body: '' },
      ],
    },
  });
  const listed = (await ada().pulls.listReviewComments(at)).data;
  expect(listed.map(({ body }) => body)).toEqual(['Why ever?', 'Because.']);
  const clone = await on.clone('token-ada');
  await on.git(clone, 'checkout', '--quiet', 'lines');
  await run('sh', ['-c', 'echo more >> NOTES.md && git commit -qam more && git push -q'], clone);
  expect(await look(number, threads)).toMatchObject({
    reviewThreads: { nodes: [{ path: 'NOTES.md', line: null, isOutdated: true }] },
  });
  await ada().pulls.deleteReviewComment({ ...demo, comment_id: listed[1]?.id ?? 0 });
  expect((await ada().pulls.get(at)).data.review_comments).toBe(1);
});

test('nobody comments on what a pull request does not change', async () => {
  const { at, sha } = await pullOf('elsewhere');
  const spot = { ...at, commit_id: sha, path: 'NOTES.md', line: 1, body: 'x' };
  const refused = [
    { ...spot, path: 'README.md' },
    { ...spot, path: ':(glob)**' },
    { ...spot, line: 999 },
    { ...spot, side: 'LEFT' as const },
    { ...spot, commit_id: '0'.repeat(40) },
    { ...spot, body: ' ' },
  ];
  for (const one of refused) {
    expect(await statusOf(bob().pulls.createReviewComment(one)), JSON.stringify(one)).toBe(422);
  }
  expect(await statusOf(bob().pulls.createReviewComment(spot))).toBe(0);
});

test('a review brings its comments along, which nobody sees before it is submitted', async () => {
  const { number, at } = await pullOf('along');
  const comments = [{ path: 'NOTES.md', line: 1, body: 'Here' }];
  const { data } = await bob().pulls.createReview({ ...at, comments });
  const threads = 'reviewThreads(last: 5) { nodes { comments(last: 5) { nodes { body state } } } }';
  expect(await look(number, threads)).toEqual({ reviewThreads: { nodes: [] } });
  expect(await look(number, threads, 'token-bob')).toMatchObject({
    reviewThreads: { nodes: [{ comments: { nodes: [{ body: 'Here', state: 'PENDING' }] } }] },
  });
  expect((await ada().pulls.listReviewComments(at)).data).toEqual([]);
  await bob().pulls.submitReview({ ...at, review_id: data.id, event: 'COMMENT', body: 'Look' });
  expect(await look(number, threads)).toMatchObject({
    reviewThreads: { nodes: [{ comments: { nodes: [{ body: 'Here', state: 'SUBMITTED' }] } }] },
  });
});

const rollup = `headRefOid mergeable commits(last: 1) { nodes { commit { oid statusCheckRollup { state contexts(first: 100) { nodes { __typename ... on CheckRun { name status conclusion title summary } ... on StatusContext { context state description } } } } } } }`;

const rolledUp = (statusCheckRollup: object | null) => ({
  commits: { nodes: [{ commit: { statusCheckRollup } }] },
});

test('check runs and statuses of the head are rolled up, of each name the latest', async () => {
  const { number, sha: head_sha, at } = await pullOf('checked');
  expect(await look(number, rollup)).toMatchObject({ headRefOid: head_sha, ...rolledUp(null) });
  const build = { ...demo, head_sha, name: 'build', status: 'in_progress' as const };
  const { id } = (await bob().checks.create(build)).data;
  expect(await look(number, rollup)).toMatchObject(rolledUp({ state: 'PENDING' }));
  const output = { title: 'Broken', summary: 'a.ts does not compile' };
  await bob().checks.update({ ...demo, check_run_id: id, conclusion: 'failure', output });
  const status = { ...demo, sha: head_sha, context: 'ci', description: 'fine' };
  await bob().repos.createCommitStatus({ ...status, state: 'pending' });
  await bob().repos.createCommitStatus({ ...status, state: 'success' });
  const run = { __typename: 'CheckRun', name: 'build', status: 'COMPLETED', ...output };
  const fine = { __typename: 'StatusContext', context: 'ci', description: 'fine' };
  const nodes = [
    { ...run, conclusion: 'FAILURE' },
    { ...fine, state: 'SUCCESS' },
  ];
  const red = rolledUp({ state: 'FAILURE', contexts: { nodes } });
  expect(await look(number, rollup)).toMatchObject(red);
  expect((await ada().pulls.get(at)).data.mergeable_state).toBe('unstable');
  await bob().checks.create({ ...build, status: 'completed', conclusion: 'success' });
  expect(await look(number, rollup)).toMatchObject(rolledUp({ state: 'SUCCESS' }));
  expect((await ada().pulls.get(at)).data.mergeable_state).toBe('clean');
  const listed = (await ada().checks.listForRef({ ...demo, ref: 'checked' })).data;
  expect(listed).toMatchObject({ total_count: 1, check_runs: [{ conclusion: 'success' }] });
});

test('check runs are of commits that are there, by whoever may push', async () => {
  const { sha: head_sha } = await pullOf('guarded');
  const good = { ...demo, name: 'build', head_sha };
  const bad = { ...good, head_sha: '0'.repeat(40) };
  expect(await statusOf(bob().checks.create(bad))).toBe(422);
  expect(await statusOf(as('token-eve').checks.create(good))).toBe(403);
  const endless = { ...good, status: 'completed' as const };
  expect(await statusOf(bob().checks.create(endless))).toBe(422);
  expect(await statusOf(bob().checks.get({ ...demo, check_run_id: 999 }))).toBe(404);
  expect(await statusOf(bob().checks.listAnnotations({ ...demo, check_run_id: 1 }))).toBe(501);
});

test('a push to the base makes a conflict, and a push to the head ends it', async () => {
  const { number } = await pullOf('apart');
  expect(await look(number, 'mergeable')).toEqual({ mergeable: 'MERGEABLE' });
  const clone = await on.clone('token-bob');
  const commit = 'echo other >> NOTES.md && git add -A && git commit -qm other';
  await run('sh', ['-c', `${commit} && git push -q origin HEAD:main`], clone);
  expect(await look(number, 'mergeable')).toEqual({ mergeable: 'CONFLICTING' });
  await on.git(clone, 'checkout', '--quiet', 'apart');
  expect(await errorOf(on.git(clone, 'merge', '--quiet', 'origin/main'))).not.toBe(null);
  await run('sh', ['-c', 'echo both > NOTES.md && git commit -qam both && git push -q'], clone);
  expect(await look(number, 'mergeable')).toEqual({ mergeable: 'MERGEABLE' });
  await ada().pulls.update({ ...demo, pull_number: number, state: 'closed' });
  expect(await look(number, 'mergeable state')).toEqual({ mergeable: 'UNKNOWN', state: 'CLOSED' });
});

test('all of it survives a restart', async () => {
  const { number, at, sha } = await pullOf('kept');
  await bob().pulls.createReview({ ...at, event: 'REQUEST_CHANGES', body: 'Not so' });
  const spot = { ...at, commit_id: sha, path: 'NOTES.md', line: 1 };
  await bob().pulls.createReviewComment({ ...spot, body: 'Why?' });
  await bob().checks.create({ ...demo, head_sha: sha, name: 'build', conclusion: 'failure' });
  await bob().repos.createCommitStatus({ ...demo, sha, context: 'ci', state: 'error' });
  const fields = `${rollup} reviews(last: 5) { nodes { state ${said} } } reviewThreads(last: 5) { nodes { path line comments(last: 5) { nodes { ${said} } } } }`;
  const before = await look(number, fields);
  expect(before).toMatchObject(rolledUp({ state: 'FAILURE' }));
  await on.restart();
  expect(await look(number, fields)).toEqual(before);
});

test('lists are read page by page, from either end', async () => {
  const { number, at } = await pullOf('paged');
  for (const body of ['1', '2', '3', '4', '5']) {
    await ada().issues.createComment({ ...demo, issue_number: at.pull_number, body });
  }
  const info = 'pageInfo { hasNextPage hasPreviousPage startCursor endCursor }';
  const Page = z.object({
    pageInfo: z.object({
      hasNextPage: z.boolean(),
      hasPreviousPage: z.boolean(),
      startCursor: z.string(),
      endCursor: z.string(),
    }),
    nodes: z.array(z.object({ body: z.string() })),
  });
  const page = async (args: string) => {
    const answer = await look(number, `comments(${args}) { ${info} nodes { body } }`);
    const { pageInfo, nodes } = z.object({ comments: Page }).parse(answer).comments;
    return { pageInfo, bodies: nodes.map(({ body }) => body) };
  };
  const latest = await page('last: 2');
  expect(latest).toMatchObject({ bodies: ['4', '5'], pageInfo: { hasPreviousPage: true } });
  const before = await page(`last: 2, before: "${latest.pageInfo.startCursor}"`);
  expect(before).toMatchObject({ bodies: ['2', '3'], pageInfo: { hasPreviousPage: true } });
  const first = await page(`last: 9, before: "${before.pageInfo.startCursor}"`);
  expect(first).toMatchObject({ bodies: ['1'], pageInfo: { hasPreviousPage: false } });
  const onwards = await page(`first: 3, after: "${first.pageInfo.endCursor}"`);
  expect(onwards).toMatchObject({ bodies: ['2', '3', '4'], pageInfo: { hasNextPage: true } });
  await expect(page('last: 2, before: "x"')).rejects.toThrow('valid cursor');
});
