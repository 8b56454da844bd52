/** What became of a pull request, where the answers are not as simple as those of the embedded forge. */
import { Oid, limits, RepoName } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { commentMarker } from '../src/index.ts';
import { codeOf, failureOf } from './support/code-of.ts';
import { type ScriptedForge, startScriptedForge } from './support/scripted-forge.ts';

const repo = RepoName.parse('owner/sample');
const head = Oid.parse('1'.repeat(40));

let server: ScriptedForge['server'];
let forge: ScriptedForge['forge'];
let stop: ScriptedForge['stop'];
beforeEach(async () => {
  ({ server, forge, stop } = await startScriptedForge());
});
afterEach(() => stop());

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();
const msAt = (second: number) => Date.parse(at(second));
const listOf = (...nodes: (object | null)[]) => pageOf(nodes, null);
/** `before`: where the page before it ends; null: there is none. */
const pageOf = (nodes: readonly (object | null)[], before: string | null) => ({
  nodes,
  pageInfo: { hasPreviousPage: before !== null, startCursor: before },
});
const mara = { __typename: 'User', login: 'mara' };

function said(body: string, change: object = {}): object {
  return { body, lastEditedAt: null, authorAssociation: 'MEMBER', author: mara, ...change };
}

const reviewed = (state: string, second: number, body = '', change: object = {}) =>
  said(body, { state, submittedAt: at(second), ...change });
const commented = (second: number, body: string, change: object = {}) =>
  said(body, { createdAt: at(second), viewerDidAuthor: false, ...change });
const onLine = (second: number, body: string, change: object = {}) =>
  said(body, { state: 'SUBMITTED', createdAt: at(0), publishedAt: at(second), ...change });
const checked = (state: string, ...contexts: (object | null)[]) => ({
  commits: listOf({
    commit: { oid: head, statusCheckRollup: { state, contexts: listOf(...contexts) } },
  }),
});
const ran = (name: string, conclusion: string | null, change: object = {}) => ({
  __typename: 'CheckRun',
  name,
  conclusion,
  title: null,
  summary: null,
  ...change,
});

function answer(change: object = {}): { data: object } {
  const pullRequest = {
    state: 'OPEN',
    isDraft: false,
    headRefOid: head,
    mergeable: 'MERGEABLE',
    commits: listOf({ commit: { oid: head, statusCheckRollup: null } }),
    reviews: listOf(),
    reviewThreads: listOf(),
    comments: listOf(),
    ...change,
  };
  return { data: { repository: { pullRequest } } };
}

async function reviewOf(change: object = {}) {
  server.answer = () => ({ body: answer(change) });
  return await forge.readReview(repo, 3);
}
const remarksOf = async (change: object) => (await reviewOf(change)).remarks;

describe('a pull request', () => {
  it.each([
    [
      { state: 'MERGED', mergeable: 'UNKNOWN' },
      { state: 'merged', mergeable: null },
    ],
    [
      { state: 'CLOSED', isDraft: true },
      { state: 'closed', draft: true },
    ],
    [{ mergeable: 'CONFLICTING' }, { mergeable: false }],
    [{ mergeable: 'A_WORD_OF_TOMORROW' }, { mergeable: null }],
  ])('of %j is %j', async (change, shown) => {
    expect(await reviewOf(change)).toMatchObject({ head, ...shown });
  });

  it('costs one read', async () => {
    await reviewOf();
    expect(forge.stats()).toMatchObject({ reads: 1, writes: 0 });
  });

  it.each([
    ['a head that is none', { headRefOid: 'main' }],
    ['a state that is none', { state: 'HALF_OPEN' }],
    ['a remark at no time', { comments: listOf(said('x', { viewerDidAuthor: false })) }],
    ['no reviews', { reviews: undefined }],
  ])('is no answer with %s', async (_, change) => {
    server.answer = () => ({ body: answer(change) });
    expect(await codeOf(forge.readReview(repo, 3))).toBe('forge_invalid_answer');
  });

  it('is asked about again later when GitHub says so', async () => {
    const errors = [{ type: 'RATE_LIMITED', message: 'wait' }];
    server.answer = () => ({ body: { ...answer(), errors } });
    const failure = await failureOf(forge.readReview(repo, 3));
    expect(failure).toMatchObject({ code: 'forge_rate_limited', retryAfterMs: 60_000 });
  });

  it('is asked about again when the limit of GraphQL is over, and nothing else before', async () => {
    const reset = Math.ceil(Date.now() / 1000) + 600;
    const headers = { 'x-ratelimit-resource': 'graphql', 'x-ratelimit-reset': `${reset}` };
    const errors = [{ type: 'RATE_LIMITED', message: 'wait' }];
    server.answer = () => ({ headers, body: { errors } });
    const failure = await failureOf(forge.readReview(repo, 3));
    expect(failure.code).toBe('forge_rate_limited');
    expect(failure.retryAfterMs).toBeGreaterThan(590_000);
    expect(await codeOf(forge.readReview(repo, 3))).toBe('forge_rate_limited');
    expect(server.requests).toHaveLength(1);
  });

  it('is not known where there is no answer', async () => {
    server.answer = () => ({ end: 'cut' });
    expect(await codeOf(forge.readReview(repo, 3))).toBe('forge_unreachable');
  });
});

describe('what is said of it', () => {
  it('is in order of when it was last written, whichever way it was said', async () => {
    const remarks = await remarksOf({
      reviews: listOf(
        reviewed('CHANGES_REQUESTED', 4, 'Not so', { lastEditedAt: at(9) }),
        reviewed('APPROVED', 5),
        // Written as a draft, and then submitted.
        reviewed('COMMENTED', 6, 'Hm', { lastEditedAt: at(2) }),
      ),
      reviewThreads: listOf({ path: 'a.ts', line: null, comments: listOf(onLine(3, 'Why?')) }),
      comments: listOf(commented(7, 'Well')),
    });
    expect(remarks.map(({ kind, atMs, edited }) => [kind, atMs, edited])).toEqual([
      ['line', msAt(3), false],
      ['approved', msAt(5), false],
      ['reviewed', msAt(6), false],
      ['comment', msAt(7), false],
      ['changes-requested', msAt(9), true],
    ]);
    expect(remarks[0]).toMatchObject({ path: 'a.ts', line: null });
  });

  it('leaves out what was taken back, is not said yet, or is said elsewhere', async () => {
    const remarks = await remarksOf({
      reviews: listOf(
        reviewed('DISMISSED', 1, 'Not so'),
        reviewed('PENDING', 1, 'Later', { submittedAt: null }),
        reviewed('COMMENTED', 1),
        reviewed('A_WORD_OF_TOMORROW', 1, 'x'),
      ),
      reviewThreads: listOf({
        path: 'a.ts',
        line: 1,
        comments: listOf(onLine(1, 'Later', { state: 'PENDING', publishedAt: null })),
      }),
    });
    expect(remarks).toEqual([]);
  });

  it('leaves out what bzzz says, and nobody else’s word that looks like it', async () => {
    const body = `${commentMarker}\nAll verdicts passed.`;
    const comments = listOf(
      commented(1, body, { viewerDidAuthor: true, authorAssociation: 'NONE' }),
      commented(2, body, { authorAssociation: 'COLLABORATOR' }),
      commented(3, body, { authorAssociation: 'CONTRIBUTOR' }),
      commented(4, `> ${body}`),
    );
    const remarks = await remarksOf({ comments });
    expect(remarks.map(({ atMs }) => atMs)).toEqual([msAt(3), msAt(4)]);
  });

  it('is by nobody where a program said it, or whoever did is gone', async () => {
    const by = (author: object | null) => commented(1, 'x', { author });
    const bots = ['Bot', 'Mannequin'].map((__typename) => by({ ...mara, __typename }));
    const comments = listOf(by(mara), ...bots, by(null));
    const remarks = await remarksOf({ comments });
    expect(remarks.map((remark) => remark.by)).toEqual(['mara', null, null, null]);
  });

  it('gives no rights by a word that is not known yet', async () => {
    const comments = listOf(commented(1, 'x', { authorAssociation: 'EMPEROR' }));
    expect(await remarksOf({ comments })).toMatchObject([{ association: 'NONE' }]);
  });

  it('is bounded: the beginning of each, and the latest of all', async () => {
    const max = limits.reviewTextCharsMax;
    const long = `${'x'.repeat(max - 1)}\u{1f41d}`;
    const [remark] = await remarksOf({ comments: listOf(commented(1, long)) });
    expect(remark?.text).toBe(`${'x'.repeat(max - 1)}\ufffd`);
    const comments = listOf(
      ...Array.from({ length: limits.reviewRemarksMax + 1 }, (_, n) => commented(n, `${n}`)),
    );
    const remarks = await remarksOf({ comments });
    expect(remarks).toHaveLength(limits.reviewRemarksMax);
    expect([remarks[0]?.text, remarks.at(-1)?.text]).toEqual(['1', `${limits.reviewRemarksMax}`]);
  });
});

describe('a flood of strangers', () => {
  const stranger = { authorAssociation: 'NONE', author: { ...mara, login: 'mallory' } };
  const flood = (from: number, count: number) =>
    Array.from({ length: count }, (_, n) => commented(from + n, 'spam', stranger));
  const scope = { sinceMs: msAt(2), authors: ['MEMBER'] as const };
  const asked = () => server.requests.map(({ body }) => JSON.parse(body).variables.before);

  /** The latest of one list, and the pages before it, by their cursors. */
  function answerWith(latest: object, earlier: Readonly<Record<string, object>>): void {
    server.answer = ({ body }) => {
      const { query, variables } = JSON.parse(body);
      if (!query.includes('page:')) return { body: answer(latest) };
      const list = /page: (\w+)/.exec(query)?.[1];
      const page = earlier[`${list} ${variables.before}`] ?? expect.fail(`no ${list} there`);
      return { body: { data: { repository: { pullRequest: { page } } } } };
    };
  }

  it('hides no comment of a person: pages are read back to what was heard before', async () => {
    answerWith(
      { comments: pageOf(flood(200, 50), 'b') },
      {
        'comments b': pageOf(flood(100, 100), 'a'),
        'comments a': pageOf([commented(1, 'heard'), commented(3, 'Stop!'), ...flood(4, 9)], 'z'),
      },
    );
    const { remarks, unread } = await forge.readReview(repo, 3, scope);
    expect(remarks.map(({ text }) => text)).toEqual(['heard', 'Stop!']);
    expect(unread).toBeUndefined();
    expect(asked()).toEqual([undefined, 'b', 'a']);
  });

  it('hides no review, and no answer in an old thread or behind many others', async () => {
    const thread = (...comments: object[]) => ({
      path: 'a.ts',
      line: 1,
      comments: listOf(...comments),
    });
    const cut = {
      path: 'b.ts',
      line: 1,
      comments: pageOf([onLine(90, 'spam', { createdAt: at(90), ...stranger })], 'x'),
    };
    answerWith(
      {
        reviews: pageOf([reviewed('COMMENTED', 99, 'spam', stranger)], 'r'),
        reviewThreads: listOf(cut),
      },
      {
        'reviews r': listOf(reviewed('CHANGES_REQUESTED', 4, 'Not so')),
        'reviewThreads null': pageOf(
          [{ ...cut, comments: listOf(onLine(5, 'Why?'), onLine(90, 'spam', stranger)) }],
          't',
        ),
        'reviewThreads t': listOf(thread(onLine(1, 'Old'), onLine(98, 'Still so'))),
      },
    );
    const { remarks, unread } = await forge.readReview(repo, 3, scope);
    expect(remarks.map(({ text }) => text)).toEqual(['Old', 'Not so', 'Why?', 'Still so']);
    expect(unread).toBeUndefined();
  });

  it('is bounded, and then what was not read is told', async () => {
    server.answer = ({ body }) => {
      const page = pageOf(flood(100, 2), 'more');
      const isFirst = !JSON.parse(body).query.includes('page:');
      return {
        body: isFirst
          ? answer({ comments: page })
          : { data: { repository: { pullRequest: { page } } } },
      };
    };
    expect(await forge.readReview(repo, 3, scope)).toMatchObject({ remarks: [], unread: true });
    expect(server.requests).toHaveLength(21);
  });

  it('takes no room from whom is asked for, and costs one read where nothing is asked back to', async () => {
    const many = [commented(1, 'mine'), ...flood(3, limits.reviewRemarksMax)];
    server.answer = () => ({ body: answer({ comments: pageOf(many, 'b') }) });
    const { authors } = scope;
    expect((await forge.readReview(repo, 3, { authors })).remarks).toMatchObject([
      { text: 'mine' },
    ]);
    expect(server.requests).toHaveLength(1);
    expect((await forge.readReview(repo, 3)).remarks).toHaveLength(limits.reviewRemarksMax);
  });
});

describe('its checks', () => {
  it.each([
    ['SUCCESS', 'passed'],
    ['FAILURE', 'failed'],
    ['ERROR', 'failed'],
    ['PENDING', 'pending'],
    ['EXPECTED', 'pending'],
    ['A_WORD_OF_TOMORROW', 'pending'],
  ])('are by %s %s', async (word, state) => {
    expect((await reviewOf(checked(word))).checks).toEqual({ state, failed: [] });
  });

  it('tell which failed, in their own words or by how they ended', async () => {
    const status = { __typename: 'StatusContext', description: null };
    const { checks } = await reviewOf(
      checked(
        'FAILURE',
        ran('build', 'FAILURE', { title: 'Broken', summary: 'a.ts does not compile' }),
        ran('slow', 'TIMED_OUT'),
        ran('fine', 'SUCCESS', { title: 'Fine' }),
        ran('left out', 'SKIPPED'),
        ran('under way', null),
        { ...status, context: 'ci', state: 'ERROR', description: 'no disk' },
        { ...status, context: 'lint', state: 'FAILURE' },
        { ...status, context: 'docs', state: 'PENDING' },
      ),
    );
    expect(checks.failed).toEqual([
      { name: 'build', summary: 'Broken\na.ts does not compile' },
      { name: 'slow', summary: 'timed_out' },
      { name: 'ci', summary: 'no disk' },
      { name: 'lint', summary: 'failure' },
    ]);
  });

  it('are bounded', async () => {
    const max = limits.failedCheckSummaryCharsMax;
    const long = { summary: 's'.repeat(max + 1) };
    const name = 'n'.repeat(limits.failedCheckNameCharsMax + 1);
    const many = Array.from({ length: limits.failedChecksMax + 1 }, () =>
      ran(name, 'FAILURE', long),
    );
    const { failed } = (await reviewOf(checked('FAILURE', ...many))).checks;
    expect(failed).toHaveLength(limits.failedChecksMax);
    expect(failed[0]).toEqual({ name: name.slice(1), summary: 's'.repeat(max) });
  });

  it('are not those of another commit', async () => {
    const commit = { oid: '2'.repeat(40), statusCheckRollup: null };
    const pending = { state: 'pending', failed: [] };
    expect((await reviewOf({ commits: listOf({ commit }) })).checks).toEqual(pending);
    expect((await reviewOf({ commits: listOf() })).checks).toEqual(pending);
  });

  const commitPath = ['repository', 'pullRequest', 'commits', 'nodes', 0, 'commit'];
  const rollupPath = [...commitPath, 'statusCheckRollup'];
  const forbidden = (path: (string | number)[]) => ({
    type: 'FORBIDDEN',
    message: 'Resource not accessible by personal access token',
    path,
  });

  it('are known as a whole where a token may not read single ones', async () => {
    const errors = [forbidden([...rollupPath, 'contexts', 'nodes', 0])];
    server.answer = () => ({ body: { ...answer(checked('FAILURE', null)), errors } });
    expect((await forge.readReview(repo, 3)).checks).toEqual({ state: 'failed', failed: [] });
  });

  it.each([
    ['all of them', [forbidden(rollupPath)]],
    ['reviews', [forbidden([...rollupPath, 'contexts', 'nodes', 0]), forbidden(['reviews'])]],
    ['what is named so elsewhere', [forbidden(['contexts', 'nodes', 0])]],
  ])('are refused where a token may not read %s, which is said', async (_, errors) => {
    server.answer = () => ({ body: { ...answer(), errors } });
    const failure = await failureOf(forge.readReview(repo, 3));
    expect(failure.code).toBe('forge_refused');
    expect(failure.reason).toContain(errors.at(-1)?.path.join('.'));
  });
});
