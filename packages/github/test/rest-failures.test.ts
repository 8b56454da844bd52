/** What the adapter makes of every kind of answer, and what it sends and does not send. */
import type { Clock } from '@bzzz/coordination';
import { IssueNumber, limits, RepoName } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  createGithubForge,
  type GithubForge,
  type GithubOptions,
  type TokenSource,
  tokenFromValue,
} from '../src/index.ts';
import { codeOf, failureOf } from './support/code-of.ts';
import { type ScriptedAnswer, type ScriptedServer, startScripted } from './support/scripted.ts';

const repo = RepoName.parse('owner/sample');
const number = IssueNumber.parse(7);
const secret = 'secret-token';

let server: ScriptedServer;
let forges: GithubForge[];
beforeEach(async () => {
  server = await startScripted();
  forges = [];
});
afterEach(async () => {
  await Promise.all(forges.map((forge) => forge.close()));
  await server.close();
});

function connect(
  options: Partial<GithubOptions> & { token?: TokenSource; clock?: Clock } = {},
): GithubForge {
  const { token = tokenFromValue(secret), clock, ...rest } = options;
  const deps = clock === undefined ? { token } : { token, clock };
  const forge = createGithubForge(deps, {
    apiUrl: server.url,
    gitUrl: server.url,
    dataDir: '/nonexistent',
    readRetryMs: 1,
    ...rest,
  });
  forges.push(forge);
  return forge;
}

const rateHeaders = {
  'x-ratelimit-remaining': '4711',
  'x-ratelimit-limit': '5000',
  'x-ratelimit-reset': '1700000000',
};

const issue = {
  number,
  title: 'Title',
  body: 'Body',
  state: 'open',
  labels: [{ name: 'bzzz' }, 'plain'],
  assignees: [{ login: 'person' }],
  user: { login: 'author' },
  author_association: 'MEMBER',
  updated_at: '2026-01-02T03:04:05Z',
};

describe('reads', () => {
  it('takes what GitHub may leave out', async () => {
    server.answer = () => ({
      body: { ...issue, body: null, user: null, assignees: null, author_association: 'NEW_WORD' },
    });
    expect(await connect().readIssue(repo, number)).toEqual({
      number,
      title: 'Title',
      body: '',
      comments: 0,
      state: 'open',
      labels: ['bzzz', 'plain'],
      assignees: [],
      author: 'ghost',
      association: 'NONE',
      updatedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5),
      blockedByOpen: 0,
    });
  });

  it.each([
    [{ blocked_by: 2, blocking: 1, total_blocked_by: 5, total_blocking: 1 }, 2],
    [null, 0],
    [{ blocked_by: 'a word of tomorrow' }, 0],
  ])('takes %j as %i open issues that block it', async (summary, blockedByOpen) => {
    const body = { ...issue, issue_dependencies_summary: summary };
    server.answer = () => ({ body });
    expect(await connect().readIssue(repo, number)).toMatchObject({ blockedByOpen });
    server.answer = () => ({ body: [body] });
    expect((await connect().pollIssues(repo, null)).changed).toMatchObject([{ blockedByOpen }]);
  });

  it.each<[string, ScriptedAnswer, string, number]>([
    ['500, after one more try', { status: 500 }, 'forge_unreachable', 2],
    ['a cut connection', { end: 'cut' }, 'forge_unreachable', 2],
    ['half an answer', { end: 'half', body: issue }, 'forge_unreachable', 2],
    ['403', { status: 403 }, 'forge_unauthorized', 1],
    ['401', { status: 401 }, 'forge_unauthorized', 1],
    ['404', { status: 404 }, 'forge_not_found', 1],
    ['410', { status: 410 }, 'forge_not_found', 1],
    ['301', { status: 301, headers: { location: '/elsewhere' } }, 'forge_not_found', 1],
    ['422', { status: 422 }, 'forge_refused', 1],
    ['418, after one more try', { status: 418 }, 'forge_invalid_answer', 2],
    ['JSON of another shape', { body: { ...issue, labels: 'none' } }, 'forge_invalid_answer', 1],
    ['no JSON', { body: '<html>' }, 'forge_invalid_answer', 1],
    ['an issue over the limit', { body: tooLarge() }, 'forge_issue_too_large', 1],
  ])('%s', async (_, answer, code, requests) => {
    server.answer = () => answer;
    const failure = await failureOf(connect().readIssue(repo, number));
    expect(failure.code).toBe(code);
    expect(failure.reason).not.toContain(secret);
    expect(server.requests).toHaveLength(requests);
  });

  it('gives up on a forge that is silent', async () => {
    server.answer = () => ({ end: 'silence' });
    const forge = connect({ requestTimeoutMs: 50 });
    expect(await codeOf(forge.readIssue(repo, number))).toBe('forge_unreachable');
  });

  it('is cancelled while the forge is silent, by its caller and by closing', async () => {
    const forge = connect();
    const asked = Promise.withResolvers<void>();
    server.answer = () => {
      asked.resolve();
      return { end: 'silence' };
    };
    const stop = new AbortController();
    const cancelled = codeOf(forge.readIssue(repo, number, { signal: stop.signal }));
    const closed = codeOf(forge.readIssue(repo, number));
    await asked.promise;
    stop.abort();
    expect(await cancelled).toBe('aborted');
    await forge.close();
    expect(await closed).toBe('aborted');
    expect(await codeOf(forge.readIssue(repo, number))).toBe('aborted');
  });

  it('follows no link that leads to another host', async () => {
    const link = '<http://127.0.0.1:9/repositories/1/issues?page=2>; rel="next"';
    server.answer = () => ({ headers: { link }, body: [issue] });
    expect(await codeOf(connect().pollIssues(repo, null))).toBe('forge_invalid_answer');
    expect(server.requests).toHaveLength(1);
  });

  it('ends on a list without an end', async () => {
    const link = `<${server.url}/repositories/1/issues?page=2>; rel="next"`;
    server.answer = () => ({ headers: { link }, body: [] });
    expect(await codeOf(connect().pollIssues(repo, null))).toBe('forge_invalid_answer');
    expect(server.requests.length).toBeLessThanOrEqual(400);
  });
});

describe('polls', () => {
  it('leaves out what is over the limit, and counts it', async () => {
    server.answer = () => ({ body: [tooLarge(), { ...issue, number: 8 }] });
    const forge = connect();
    const { changed } = await forge.pollIssues(repo, null);
    expect(changed.map((one) => one.number)).toEqual([8]);
    expect(forge.stats().issuesLeftOut).toBe(1);
  });

  it('asks for all since the newest change less the overlap, and then conditionally', async () => {
    server.answer = ({ ifNoneMatch }) =>
      ifNoneMatch === '"v1"' ? { status: 304 } : { headers: { etag: '"v1"' }, body: [issue] };
    const forge = connect({ sinceOverlapMs: 60_000 });
    const first = await forge.pollIssues(repo, null);
    const second = await forge.pollIssues(repo, first.cursor);
    const third = await forge.pollIssues(repo, second.cursor);
    expect(third).toEqual({ changed: [], cursor: second.cursor });
    const queries = server.requests.map(({ url }) => new URL(url, server.url).searchParams);
    expect(queries.map((query) => query.get('state'))).toEqual(['open', 'all', 'all']);
    expect(queries.map((query) => query.get('since'))).toEqual([
      null,
      '2026-01-02T03:03:05.000Z',
      '2026-01-02T03:03:05.000Z',
    ]);
    expect(server.requests.map(({ ifNoneMatch }) => ifNoneMatch)).toEqual([
      undefined,
      undefined,
      '"v1"',
    ]);
    expect(forge.stats()).toMatchObject({ reads: 3, notModified: 1, writes: 0 });
  });

  it('reads every page', async () => {
    const next = `<${server.url}/repositories/1/issues?page=2>; rel="next"`;
    server.answer = ({ url }) =>
      url.includes('page=2')
        ? { body: [{ ...issue, number: 2 }] }
        : { headers: { link: next }, body: [{ ...issue, number: 1 }] };
    const { changed } = await connect().pollIssues(repo, null);
    expect(changed.map((one) => one.number)).toEqual([1, 2]);
  });
});

describe('limits that the forge tells', () => {
  const words = { message: 'You have exceeded a secondary rate limit.' };

  it.each<[string, ScriptedAnswer, number]>([
    ['Retry-After', { status: 429, headers: { 'retry-after': '90' } }, 90_000],
    ['Retry-After with 403', { status: 403, headers: { 'retry-after': '90' } }, 90_000],
    ['words alone', { status: 403, body: words }, 60_000],
    ['429 alone', { status: 429 }, 60_000],
    [
      'the reset of the primary limit',
      {
        status: 403,
        headers: {
          'x-ratelimit-remaining': '0',
          'x-ratelimit-reset': String(Date.UTC(2026, 0, 1, 0, 10) / 1000),
          date: 'Thu, 01 Jan 2026 00:00:00 GMT',
        },
      },
      601_000,
    ],
  ])('%s', async (_, answer, retryAfterMs) => {
    server.answer = () => answer;
    const failure = await failureOf(connect().readIssue(repo, number));
    expect(failure).toMatchObject({ code: 'forge_rate_limited', retryAfterMs });
  });

  it('keep everything back until then, without a request', async () => {
    let nowMs = 1_000_000;
    const clock: Clock = { wallMs: () => nowMs, monotonicMs: () => nowMs, after: () => () => {} };
    const forge = connect({ clock });
    server.answer = () => ({ status: 429, headers: { 'retry-after': '90' } });
    await codeOf(forge.readIssue(repo, number));
    server.answer = () => ({ body: issue });
    nowMs += 30_000;
    const failure = await failureOf(forge.readIssue(repo, number));
    expect(failure).toMatchObject({ code: 'forge_rate_limited', retryAfterMs: 60_000 });
    expect(server.requests).toHaveLength(1);
    nowMs += 60_000;
    expect((await forge.readIssue(repo, number)).number).toBe(number);
  });

  it('are waited out when they are short', async () => {
    server.answer = () =>
      server.requests.length === 1
        ? { status: 403, headers: { 'retry-after': '1' }, body: words }
        : { body: issue };
    const forge = connect({ rateLimitWaitMsMax: 1000 });
    expect((await forge.readIssue(repo, number)).number).toBe(number);
    expect(server.requests).toHaveLength(2);
  });

  it('keep everything else back too while one request waits them out', async () => {
    const arrivedMs: number[] = [];
    server.answer = () => {
      arrivedMs.push(performance.now());
      const headers = { 'retry-after': '1', ...rateHeaders };
      return arrivedMs.length === 1 ? { status: 403, headers, body: words } : { body: issue };
    };
    const forge = connect({ rateLimitWaitMsMax: 1000 });
    const first = forge.readIssue(repo, number);
    await vi.waitFor(() => expect(forge.stats().rateLimit).not.toBeNull());
    await Promise.all([first, forge.readIssue(repo, number)]);
    const [toldMs = 0, ...laterMs] = arrivedMs;
    expect(laterMs).toHaveLength(2);
    // A timer may fire a millisecond early.
    expect(Math.min(...laterMs) - toldMs).toBeGreaterThan(990);
  });

  it('are cancelled while they are waited out', async () => {
    const asked = Promise.withResolvers<void>();
    server.answer = () => {
      asked.resolve();
      return { status: 403, headers: { 'retry-after': '60' }, body: words };
    };
    const stop = new AbortController();
    const forge = connect({ rateLimitWaitMsMax: 100_000 });
    const cancelled = codeOf(forge.readIssue(repo, number, { signal: stop.signal }));
    await asked.promise;
    stop.abort();
    expect(await cancelled).toBe('aborted');
  });

  it('are shown', async () => {
    server.answer = () => ({ headers: rateHeaders, body: issue });
    const forge = connect();
    expect(forge.stats().rateLimit).toBe(null);
    await forge.readIssue(repo, number);
    expect(forge.stats().rateLimit).toEqual({
      remaining: 4711,
      limit: 5000,
      resetAtMs: 1_700_000_000_000,
    });
  });
});

describe('a token that is refused', () => {
  it('is asked for once more, and the request goes on with the new one', async () => {
    const asked: (string | undefined)[] = [];
    const token: TokenSource = {
      get: async ({ refused } = {}) => {
        asked.push(refused);
        return refused === undefined ? 'old' : 'new';
      },
    };
    server.answer = ({ authorization }) =>
      authorization === 'token new' ? { body: issue } : { status: 401 };
    expect((await connect({ token }).readIssue(repo, number)).number).toBe(number);
    expect(asked).toEqual([undefined, 'old']);
  });

  it('fails when the new one is refused as well', async () => {
    let count = 0;
    const token: TokenSource = { get: async () => `token-${(count += 1)}` };
    server.answer = () => ({ status: 401 });
    expect(await codeOf(connect({ token }).readIssue(repo, number))).toBe('forge_unauthorized');
    expect(server.requests).toHaveLength(2);
  });
});

describe('writes', () => {
  it.each<[string, ScriptedAnswer]>([
    ['500', { status: 500 }],
    ['a cut connection', { end: 'cut' }],
    ['half an answer', { end: 'half', body: { id: 1, body: 'text' } }],
  ])('are never sent twice: %s', async (_, answer) => {
    server.answer = ({ method, url }) => {
      if (url === '/user') return { body: { login: 'peers' } };
      return method === 'GET' ? { body: [] } : answer;
    };
    const forge = connect();
    expect(await codeOf(forge.putComment(repo, number, 'text'))).toBe('forge_unreachable');
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
    expect(forge.stats().writes).toBe(1);
  });

  it('open an ordinary pull request where there are no drafts, and remember it', async () => {
    const pull = {
      number: 3,
      state: 'open',
      title: 'Result',
      html_url: 'http://host/3',
      head: { ref: 'bzzz/issue-7', sha: '1'.repeat(40), repo: { full_name: 'owner/sample' } },
    };
    let posts = 0;
    server.answer = ({ method, url }) => {
      if (method === 'POST')
        return (posts += 1) === 1 ? { status: 422 } : { status: 201, body: pull };
      return { body: url.includes('/pulls') ? [] : { default_branch: 'main' } };
    };
    const forge = connect();
    const text = { title: 'Result', body: '' };
    expect(await forge.putPullRequest(repo, number, text)).toEqual({ written: true, id: 3 });
    expect(posts).toBe(2);
    await forge.putPullRequest(repo, number, text);
    expect(posts).toBe(3);
  });

  it('wait for their turn, with the pause between them, and not without end', async () => {
    const times: number[] = [];
    server.answer = ({ method, url }) => {
      if (method !== 'GET') times.push(performance.now());
      return { body: url.endsWith('/labels') ? [] : { ...issue, labels: [] } };
    };
    const forge = connect({ writeGapMs: 500, writesWaitingMax: 2 });
    const codes = await Promise.all(
      [1, 2, 3, 4, 5].map((n) =>
        forge.addLabel(repo, IssueNumber.parse(n), 'bzzz').then(
          () => 'done',
          (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
        ),
      ),
    );
    expect(codes.filter((code) => code === 'done')).toHaveLength(3);
    expect(codes.filter((code) => code === 'forge_rate_limited')).toHaveLength(2);
    const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    // Measured where they arrive: on a busy machine one of them may do so late, and look closer to the next.
    expect(Math.min(...gaps)).toBeGreaterThan(250);
  });
});

it('refuses URLs that cannot be', () => {
  for (const url of ['ftp://host', 'not a URL', 'https://user@host', 'https://host/?a=b']) {
    expect(() => connect({ apiUrl: url })).toThrow('config_invalid');
    expect(() => connect({ gitUrl: url })).toThrow('config_invalid');
  }
});

function tooLarge() {
  return { ...issue, body: 'x'.repeat(limits.bodyCharsMax + 1) };
}
