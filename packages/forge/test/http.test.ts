import { afterEach, beforeEach, expect, test } from 'vitest';
import { createRateMeter, defaultRateLimits } from '../src/http/limits.ts';
import { bench, errorOf, statusOf } from './support.ts';
import type { Bench } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
const issuesRoute = 'GET /repos/{owner}/{repo}/issues';
let timeMs: number;
let on: Bench;
beforeEach(async () => {
  timeMs = Date.parse('2026-01-01T00:00:00Z');
  on = await bench({
    now: () => timeMs,
    limits: { contentPerMinute: 3, contentPerHour: 5, pointsPerMinute: 40, primaryPerHour: 30 },
  });
});
afterEach(() => on.close());

async function list(token: string, etag?: string): Promise<{ status: number; headers: Headers }> {
  return fetch(`${on.forge.url}/repos/ada/demo/issues`, {
    headers: {
      authorization: `bearer ${token}`,
      ...(etag === undefined ? {} : { 'if-none-match': etag }),
    },
  });
}

test('an ETag is one token’s own; unchanged is 304 and free, changed is 200', async () => {
  const first = await list('token-ada');
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^W\/"[0-9a-f]+"$/);
  expect(first.headers.get('x-ratelimit-used')).toBe('1');
  const same = await list('token-ada', etag);
  expect(same.status).toBe(304);
  expect(same.headers.get('x-ratelimit-used')).toBe('1');
  expect(same.headers.get('x-ratelimit-remaining')).toBe('29');
  expect((await list('token-bob', etag)).status).toBe(200);
  const [one, two] = [await list('token-bob'), await list('token-bob-2')];
  expect(one.headers.get('etag')).not.toBe(two.headers.get('etag'));
  await on.octokit('token-bob').rest.issues.create({ ...demo, title: 'new' });
  expect((await list('token-ada', etag)).status).toBe(200);
  expect(on.forge.requests.byAccount()['ada']).toMatchObject({
    reads: 3,
    notModified: 1,
    writes: 0,
  });
});

test('Octokit sees the 304', async () => {
  const ok = on.octokit('token-ada');
  const { headers } = await ok.request(issuesRoute, demo);
  const again = ok.request(issuesRoute, {
    ...demo,
    headers: { 'if-none-match': headers.etag ?? '' },
  });
  expect(await statusOf(again)).toBe(304);
});

test('what is to be changed is counted by kind, by REST and by GraphQL', async () => {
  const ok = on.octokit('token-ada');
  const { data: issue } = await ok.rest.issues.create({ ...demo, title: 'new' });
  const at = { ...demo, issue_number: issue.number };
  const comment = { ...at, body: 'hello' };
  await ok.rest.issues.createComment(comment);
  await ok.rest.issues.createComment(comment);
  await ok.rest.issues.get(at);
  await ok.graphql('{ viewer { login } }');
  const ready = 'markPullRequestReadyForReview';
  const input = '(input: { pullRequestId: "none" })';
  await errorOf(ok.graphql(`mutation { ${ready}${input} { pullRequest { isDraft } } }`));
  expect(on.forge.requests.changes()).toEqual({
    'POST /repos/ada/demo/issues': 1,
    'POST /repos/ada/demo/issues/:number/comments': 2,
    [`mutation ${ready}`]: 1,
  });
  on.forge.requests.reset();
  expect(on.forge.requests.changes()).toEqual({});
});

test('rate limit headers count; the last request of the hour is refused until it ends', async () => {
  const ok = on.octokit('token-ada');
  for (let at = 1; at <= 30; at += 1) {
    const { headers } = await ok.request(issuesRoute, demo);
    expect(headers).toMatchObject({
      'x-ratelimit-limit': '30',
      'x-ratelimit-used': String(at),
      'x-ratelimit-remaining': String(30 - at),
      'x-ratelimit-resource': 'core',
    });
  }
  expect((await ok.rest.rateLimit.get()).data.resources.core).toMatchObject({
    limit: 30,
    used: 30,
    remaining: 0,
  });
  const error = await errorOf(ok.request(issuesRoute, demo));
  expect(error).toMatchObject({
    status: 403,
    response: { headers: { 'x-ratelimit-remaining': '0' } },
  });
  expect(await statusOf(on.octokit('token-bob').request(issuesRoute, demo))).toBe(0);
  timeMs += 3_600_000;
  expect(await statusOf(ok.request(issuesRoute, demo))).toBe(0);
});

test('too many writes a minute are refused with Retry-After, by account, not by token', async () => {
  const write = (token: string): Promise<unknown> =>
    on.octokit(token).rest.issues.create({ ...demo, title: 'x' });
  await write('token-bob');
  timeMs += 10_000;
  await write('token-bob-2');
  await write('token-bob');
  const error = await errorOf(write('token-bob-2'));
  expect(error).toMatchObject({ status: 403, response: { headers: { 'retry-after': '50' } } });
  expect(String(error)).toMatch(/secondary rate limit/);
  expect(await statusOf(write('token-ada'))).toBe(0);
  timeMs += 50_000;
  expect(await statusOf(write('token-bob'))).toBe(0);
  expect(on.forge.requests.byAccount()['bob']).toMatchObject({ limited: 1 });
});

test('too many writes an hour are refused, too', async () => {
  const write = (): Promise<unknown> =>
    on.octokit('token-bob').rest.issues.create({ ...demo, title: 'x' });
  for (let at = 0; at < 5; at += 1) {
    expect(await statusOf(write())).toBe(0);
    timeMs += 60_000;
  }
  const error = await errorOf(write());
  expect(error).toMatchObject({ status: 403, response: { headers: { 'retry-after': '3300' } } });
});

test('too many points a minute are refused', async () => {
  const statuses: number[] = [];
  for (let at = 0; at < 8; at += 1) {
    // A missing title is refused, and costs what a write costs.
    statuses.push(
      await statusOf(on.octokit('token-ada').rest.issues.create({ ...demo, title: '' })),
    );
  }
  expect(statuses.slice(0, 3)).toEqual([422, 422, 422]);
  expect(statuses.slice(3)).toEqual([403, 403, 403, 403, 403]);
  for (let at = 0; at < 25; at += 1) expect((await list('token-ada')).status).toBe(200);
  expect((await list('token-ada')).status).toBe(403);
});

test('no more than so many requests of one account are under way at once', () => {
  const meter = createRateMeter({ ...defaultRateLimits, concurrent: 2 }, () => timeMs);
  meter.enter('ada', false);
  meter.enter('ada', false);
  expect(() => meter.enter('ada', false)).toThrow(/secondary/);
  meter.enter('bob', false);
  meter.leave('ada', false);
  meter.enter('ada', false);
});

test('the Enterprise prefix /api/v3 is the same API; GraphQL is at both places', async () => {
  const reply = await fetch(`${on.forge.url}/api/v3/repos/ada/demo`);
  expect(await reply.json()).toMatchObject({ full_name: 'ada/demo' });
  for (const path of ['/graphql', '/api/graphql']) {
    const answer = await fetch(`${on.forge.url}${path}`, {
      method: 'POST',
      headers: { authorization: 'bearer token-ada' },
      body: JSON.stringify({ query: '{ viewer { login } }' }),
    });
    expect(await answer.json()).toEqual({ data: { viewer: { login: 'ada' } } });
  }
});

test('bad input is an answer, not a crash', async () => {
  const send = (path: string, init: RequestInit = {}): Promise<number> =>
    fetch(`${on.forge.url}${path}`, {
      headers: { authorization: 'bearer token-ada' },
      ...init,
    }).then((reply) => reply.status);
  expect(await send('/repos/ada/demo/issues', { method: 'POST', body: '{' })).toBe(400);
  expect(await send('/repos/ada/demo/issues', { method: 'POST', body: '[]' })).toBe(400);
  expect(await send('/repos/ada/demo/issues/not-a-number')).toBe(404);
  expect(await send('/repos/ada/demo/issues/99999999999999999999')).toBe(404);
  expect(await send('/repos/ada/demo/contents/%E0%A4%A')).toBe(404);
  expect(await send('/repos/ada/demo/commits/--output=x')).toBe(404);
  expect(await send('/repos/ada/demo/compare/main')).toBe(404);
  expect(await send('/nothing/here')).toBe(404);
  expect(await send('/ada/absent.git/info/refs?service=git-upload-pack')).toBe(404);
});
