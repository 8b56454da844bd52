import { afterEach, beforeEach, expect, test } from 'vitest';
import { bench, errorOf, statusOf } from './support.ts';
import type { Bench } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
let on: Bench;
beforeEach(async () => {
  on = await bench({ adminToken: 'admin', seed: 7 });
});
afterEach(() => on.close());
const ada = () => on.octokit('token-ada').rest;

test('a dropped reply: the write took effect, the caller does not know', async () => {
  const remove = on.forge.faults.add({ on: 'POST /repos/:owner/:repo/issues', kind: 'dropReply' });
  expect(await statusOf(ada().issues.create({ ...demo, title: 'Lost' }))).toBe(500);
  remove();
  const listed = (await ada().issues.listForRepo(demo)).data;
  expect(listed.map((issue) => issue.title)).toEqual(['Lost']);
});

test('a dropped reply of receive-pack: the push fails, the branch has moved', async () => {
  const clone = await on.clone('token-ada');
  await on.git(clone, 'commit', '--quiet', '--allow-empty', '-m', 'x');
  const sha = await on.git(clone, 'rev-parse', 'HEAD');
  on.forge.faults.add({ on: 'git-receive-pack', kind: 'dropReply', count: 1 });
  const error = await errorOf(on.git(clone, 'push', 'origin', 'HEAD:refs/heads/lost'));
  expect(error).not.toBeNull();
  expect((await ada().git.getRef({ ...demo, ref: 'heads/lost' })).data.object.sha).toBe(sha);
  expect(await on.git(clone, 'push', '--porcelain', 'origin', 'HEAD:refs/heads/lost')).toMatch(
    /up to date/,
  );
});

test('a status before anything happens, or after it took effect', async () => {
  const route = 'POST /repos/:owner/:repo/issues';
  on.forge.faults.add({ on: route, kind: 'status', status: 502, count: 1 });
  expect(await statusOf(ada().issues.create({ ...demo, title: 'Never' }))).toBe(502);
  on.forge.faults.add({ on: route, kind: 'status', status: 503, afterEffect: true, count: 1 });
  expect(await statusOf(ada().issues.create({ ...demo, title: 'Made' }))).toBe(503);
  const listed = (await ada().issues.listForRepo(demo)).data;
  expect(listed.map((issue) => issue.title)).toEqual(['Made']);
  on.forge.faults.add({ on: route, kind: 'status', status: 422, message: 'Not by you' });
  const error = await errorOf(ada().issues.create({ ...demo, title: 'Refused' }));
  expect(String(error)).toContain('Not by you');
});

test('an outage resets everything, git too, until it ends', async () => {
  const clone = await on.clone('token-ada');
  const end = on.forge.faults.add({ on: '*', kind: 'outage' });
  expect(await statusOf(ada().users.getAuthenticated())).toBe(500);
  expect(await errorOf(on.git(clone, 'fetch', 'origin'))).not.toBeNull();
  end();
  expect(await statusOf(ada().users.getAuthenticated())).toBe(0);
  expect(await errorOf(on.git(clone, 'fetch', 'origin'))).toBeNull();
});

test('stale reads: each reader sees its own past, so many times', async () => {
  on.forge.faults.add({ on: 'GET /repos/:owner/:repo/issues', kind: 'staleReads', requests: 2 });
  const titles = async (token: string): Promise<number> =>
    (await on.octokit(token).rest.issues.listForRepo(demo)).data.length;
  expect(await titles('token-ada')).toBe(0);
  await ada().issues.create({ ...demo, title: 'New' });
  expect(await titles('token-ada')).toBe(0);
  expect(await titles('token-bob')).toBe(1);
  expect(await titles('token-ada')).toBe(0);
  expect(await titles('token-ada')).toBe(1);
});

test('a poll whose since moves on is stale, too', async () => {
  on.forge.faults.add({ on: 'GET /repos/:owner/:repo/issues', kind: 'staleReads', requests: 1 });
  const poll = async (since: string): Promise<number> =>
    (await ada().issues.listForRepo({ ...demo, since })).data.length;
  expect(await poll('2026-01-01T00:00:00Z')).toBe(0);
  await ada().issues.create({ ...demo, title: 'New' });
  expect(await poll('2026-01-02T00:00:00Z')).toBe(0);
  expect(await poll('2026-01-03T00:00:00Z')).toBe(1);
});

test('stale git advertisements deceive a fetch, never the compare-and-swap', async () => {
  const [one, two] = [await on.clone('token-ada'), await on.clone('token-ada')];
  on.forge.faults.add({ on: 'git-upload-pack', kind: 'staleReads' });
  on.forge.faults.add({ on: 'git-receive-pack refs', kind: 'staleReads' });
  const seen = (): Promise<string> => on.git(two, 'ls-remote', 'origin', 'refs/heads/main');
  const before = await seen();
  const main = before.slice(0, 40);
  const lease = `--force-with-lease=refs/heads/main:${main}`;
  await on.git(two, 'push', '--dry-run', lease, 'origin', 'HEAD:refs/heads/main');
  await on.git(one, 'commit', '--quiet', '--allow-empty', '-m', 'first');
  await on.git(one, 'push', '--quiet', 'origin', 'main');
  expect(await seen()).toBe(before);
  await on.git(two, 'commit', '--quiet', '--allow-empty', '-m', 'second');
  const error = await errorOf(on.git(two, 'push', lease, 'origin', 'HEAD:refs/heads/main'));
  expect(String(error)).toMatch(/rejected/);
  const sha = (await ada().git.getRef({ ...demo, ref: 'heads/main' })).data.object.sha;
  expect(sha).toBe(await on.git(one, 'rev-parse', 'HEAD'));
});

test('a fault can be meant for one account, and for some requests of it', async () => {
  on.forge.faults.add({ on: '*', kind: 'status', status: 500, account: 'bob', probability: 0.5 });
  const statuses: number[] = [];
  for (let at = 0; at < 40; at += 1) {
    statuses.push(await statusOf(on.octokit('token-bob').rest.users.getAuthenticated()));
    expect(await statusOf(ada().users.getAuthenticated())).toBe(0);
  }
  const struck = statuses.filter((status) => status === 500).length;
  expect(struck).toBeGreaterThan(8);
  expect(struck).toBeLessThan(32);
  expect(on.forge.faults.list()[0]?.struck).toBe(struck);
});

test('the dice are seeded: the same seed strikes the same requests', async () => {
  const play = async (): Promise<number[]> => {
    const other = await bench({ seed: 11 });
    try {
      other.forge.faults.add({ on: 'GET /user', kind: 'status', status: 500, probability: 0.3 });
      const statuses: number[] = [];
      for (let at = 0; at < 20; at += 1) {
        statuses.push(await statusOf(other.octokit('token-ada').rest.users.getAuthenticated()));
      }
      return statuses;
    } finally {
      await other.close();
    }
  };
  const first = await play();
  expect(first).toContain(500);
  expect(await play()).toEqual(first);
});

test('a delay holds the request back, not the others, and not the end of the forge', async () => {
  on.forge.faults.add({ on: 'GET /user', kind: 'delay', delayMs: 300_000 });
  let settled = false;
  const slow = statusOf(ada().users.getAuthenticated()).finally(() => {
    settled = true;
  });
  expect(await statusOf(ada().issues.listForRepo(demo))).toBe(0);
  expect(settled).toBe(false);
  await on.forge.stop();
  expect(await slow).toBe(500);
});

test('a client that goes away early holds nothing up', async () => {
  on.forge.faults.add({ on: 'GET /user', kind: 'delay', delayMs: 200 });
  const leaving = new AbortController();
  const asked = errorOf(fetch(`${on.forge.url}/user`, { signal: leaving.signal }));
  await expect.poll(() => on.forge.faults.list()[0]?.struck).toBe(1);
  leaving.abort();
  expect(await asked).toMatchObject({ name: 'AbortError' });
  await expect.poll(() => on.forge.requests.total().reads).toBe(1);
  await on.forge.stop();
});

test('a delayed request is answered in the end', async () => {
  on.forge.faults.add({ on: 'GET /user', kind: 'delay', delayMs: 30 });
  expect((await ada().users.getAuthenticated()).data.login).toBe('ada');
  expect(on.forge.faults.list()[0]?.struck).toBe(1);
});

test('other processes switch faults on and off over the admin route, with its token only', async () => {
  const admin = (
    method: string,
    path: string,
    body?: unknown,
    token = 'admin',
  ): Promise<Response> =>
    fetch(`${on.forge.url}/_bzzz/${path}`, {
      method,
      headers: { authorization: `bearer ${token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
  const fault = { on: '*', kind: 'outage' };
  expect((await admin('POST', 'faults', fault, 'token-ada')).status).toBe(401);
  expect(await (await admin('POST', 'faults', fault)).json()).toEqual({ id: 1 });
  expect(await statusOf(ada().users.getAuthenticated())).toBe(500);
  expect(await (await admin('GET', 'faults')).json()).toMatchObject([
    { ...fault, id: 1, struck: 1 },
  ]);
  expect((await admin('DELETE', 'faults/1')).status).toBe(204);
  expect(await statusOf(ada().users.getAuthenticated())).toBe(0);
  for (const wrong of [
    {},
    { on: 'nonsense', kind: 'outage' },
    { on: '*', kind: 'x' },
    { on: '*', kind: 'outage', probability: 2 },
  ]) {
    expect((await admin('POST', 'faults', wrong)).status).toBe(422);
  }
  expect(await (await admin('GET', 'requests')).json()).toMatchObject({
    byAccount: { ada: { reads: 1 } },
  });
});

test('without an admin token there is no admin route', async () => {
  const other = await bench();
  try {
    expect((await fetch(`${other.forge.url}/_bzzz/faults`)).status).toBe(404);
  } finally {
    await other.close();
  }
});
