import { afterAll, beforeAll, expect, test } from 'vitest';
import { bench, errorOf, run, statusOf } from './support.ts';
import type { Bench } from './support.ts';

const demo = { owner: 'ada', repo: 'demo' };
let on: Bench;
beforeAll(async () => {
  on = await bench();
});
afterAll(() => on.close());

test('an unknown token is refused, for reads too', async () => {
  expect(await statusOf(on.octokit('nobody').rest.issues.listForRepo(demo))).toBe(401);
  expect(await statusOf(on.octokit('nobody').rest.users.getAuthenticated())).toBe(401);
});

test('without a token a public repository can be read, not written', async () => {
  expect((await on.octokit().rest.issues.listForRepo(demo)).status).toBe(200);
  expect(await statusOf(on.octokit().rest.issues.create({ ...demo, title: 'x' }))).toBe(401);
  expect(await statusOf(on.octokit().rest.users.getAuthenticated())).toBe(401);
  // One that emulate itself serves.
  const lock = { ...demo, issue_number: 1 };
  expect(await statusOf(on.octokit().rest.issues.lock(lock))).toBe(401);
  expect(await statusOf(on.octokit('token-eve').rest.issues.lock(lock))).toBe(403);
});

test('several tokens are one account', async () => {
  for (const token of ['token-bob', 'token-bob-2']) {
    expect((await on.octokit(token).rest.users.getAuthenticated()).data.login).toBe('bob');
  }
});

test('a revoked token is unknown, its account is not', async () => {
  await on.forge.addUser({ login: 'bob', token: 'token-bob-3' });
  expect((await on.octokit('token-bob-3').rest.users.getAuthenticated()).data.login).toBe('bob');
  await on.forge.revokeToken('token-bob-3');
  expect(await statusOf(on.octokit('token-bob-3').rest.users.getAuthenticated())).toBe(401);
  expect((await on.octokit('token-bob').rest.users.getAuthenticated()).status).toBe(200);
});

test('a private repository does not exist for strangers', async () => {
  await on.forge.seed({ owner: 'ada', name: 'secret', private: true, collaborators: ['bob'] });
  const secret = { owner: 'ada', repo: 'secret' };
  expect((await on.octokit('token-bob').rest.repos.get(secret)).status).toBe(200);
  expect(await statusOf(on.octokit('token-eve').rest.issues.listForRepo(secret))).toBe(404);
  expect(
    await statusOf(on.octokit('token-eve').rest.git.getRef({ ...secret, ref: 'heads/main' })),
  ).toBe(404);
  expect(await statusOf(on.octokit('token-eve').rest.repos.get(secret))).toBe(404);
});

test('git: public clones need no token, pushes need one with push access', async () => {
  const url = on.forge.gitUrl('ada', 'demo');
  await run('git', ['clone', '--quiet', url, 'anonymous'], on.dir);
  const clone = `${on.dir}/anonymous`;
  await run('git', ['checkout', '--quiet', '-b', 'mine'], clone);
  expect(String(await errorOf(run('git', ['push', url, 'mine'], clone)))).toMatch(
    /could not read Username/,
  );
  const eve = await errorOf(run('git', ['push', on.remote('token-eve'), 'mine'], clone));
  expect(String(eve)).toMatch(/403/);
  const bad = await errorOf(run('git', ['push', on.remote('nobody'), 'mine'], clone));
  expect(String(bad)).toMatch(/Authentication failed/);
  await run('git', ['push', '--quiet', on.remote('token-bob'), 'mine'], clone);
  const refused = await fetch(`${url}/info/refs?service=git-receive-pack`);
  expect(refused.status).toBe(401);
  expect(refused.headers.get('www-authenticate')).toMatch(/^Basic /);
});
