/** Apps: who may sign for one, what their tokens may do, and when these end. */
import { createSign, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadConformity } from './openapi.ts';
import { bench, run, statusOf } from './support.ts';
import type { Bench } from './support.ts';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const demo = { owner: 'ada', repo: 'demo' };
const lend = 'POST /app/installations/{installation_id}/access_tokens';

let nowMs = Date.UTC(2026, 0, 1);
let on: Bench;
beforeAll(async () => {
  on = await bench({
    now: () => nowMs,
    repos: [{ owner: 'ada', name: 'demo' }],
    apps: [
      {
        id: 7,
        slug: 'bees',
        publicKey: publicKey.export({ type: 'spki', format: 'pem' }),
        installations: [
          { id: 70, owner: 'ada', repositories: ['demo'] },
          { id: 71, owner: 'ada', repositories: [], suspended: true },
        ],
      },
    ],
  });
});
afterAll(() => on.close());

function part(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function assertion(
  claims: object = {},
  key = privateKey,
  header: object = { alg: 'RS256' },
): string {
  const iat = Math.floor(nowMs / 1000) - 10;
  const signed = `${part(header)}.${part({ iat, exp: iat + 300, iss: 7, ...claims })}`;
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(key, 'base64url')}`;
}

const asApp = (jwt = assertion()) => on.octokit(jwt);

async function token(): Promise<string> {
  const { data } = await asApp().request(lend, { installation_id: 70 });
  return data.token;
}

test('answers as GitHub describes it', async () => {
  const github = await loadConformity();
  const app = github.octokit(on.forge.url, assertion());
  expect((await app.request('GET /app')).data?.slug).toBe('bees');
  await app.request('GET /app/installations/{installation_id}', { installation_id: 70 });
  const { data } = await app.request(lend, { installation_id: 70 });
  expect(Date.parse(data.expires_at) - nowMs).toBe(3_600_000);
  expect(data.permissions).toMatchObject({ contents: 'write', pull_requests: 'write' });
  expect(github.checked.size).toBe(3);
});

test.each<[string, () => string, number]>([
  ['by another key', () => assertion({}, stranger), 401],
  ['by no signature', () => `${assertion().split('.').slice(0, 2).join('.')}.`, 401],
  ['without an algorithm', () => assertion({}, privateKey, { alg: 'none' }), 401],
  ['of another App', () => assertion({ iss: 8 }), 404],
  ['that has ended', () => assertion({ exp: Math.floor(nowMs / 1000) - 1 }), 401],
  ['for too long', () => assertion({ exp: Math.floor(nowMs / 1000) + 700 }), 401],
  ['of tomorrow', () => assertion({ iat: Math.floor(nowMs / 1000) + 3_600 }), 401],
  ['that is none', () => 'token-ada', 401],
])('an assertion %s is refused', async (_, jwt, status) => {
  const asked = asApp(jwt()).request(lend, { installation_id: 70 });
  expect(await statusOf(asked)).toBe(status);
});

test('an installation that is not there, or suspended, lends nothing', async () => {
  expect(await statusOf(asApp().request(lend, { installation_id: 72 }))).toBe(404);
  expect(await statusOf(asApp().request(lend, { installation_id: 71 }))).toBe(403);
});

test('its token acts as a bot: writes and pushes, is nobody for `GET /user`, and is not assigned', async () => {
  const lent = await token();
  const bot = on.octokit(lent);
  expect(await statusOf(bot.rest.users.getAuthenticated())).toBe(403);
  const viewer = await bot.request('POST /graphql', { query: 'query { viewer { login } }' });
  expect(viewer.data).toEqual({ data: { viewer: { login: 'bees[bot]' } } });
  const { data } = await bot.rest.issues.create({ ...demo, title: 'T' });
  expect(data).toMatchObject({ user: { login: 'bees[bot]', type: 'Bot' } });
  const at = { ...demo, issue_number: data.number };
  const assigned = await bot.rest.issues.addAssignees({ ...at, assignees: ['bees[bot]'] });
  expect(assigned.data.assignees).toEqual([]);
  const query = `query { repository(owner: "ada", name: "demo") { issue(number: ${data.number}) { author { __typename login } } } }`;
  const author = await bot.request('POST /graphql', { query });
  expect(author.data).toMatchObject({
    data: { repository: { issue: { author: { __typename: 'Bot', login: 'bees' } } } },
  });
  const clone = await on.clone(lent);
  await run('git', ['checkout', '--quiet', '-b', 'of-the-bot'], clone);
  await run('git', ['push', '--quiet', 'origin', 'of-the-bot'], clone);
});

test('it has no part in repositories on which it is not installed', async () => {
  await on.forge.seed({ owner: 'ada', name: 'closed', private: true });
  const bot = on.octokit(await token());
  expect(await statusOf(bot.rest.repos.get({ owner: 'ada', repo: 'closed' }))).toBe(404);
});

test('it ends after an hour, when it is given back, and not by a restart', async () => {
  const [kept, returned] = [await token(), await token()];
  await on.octokit(returned).request('DELETE /installation/token');
  const use = (one: string) => statusOf(on.octokit(one).rest.issues.listForRepo(demo));
  expect(await use(returned)).toBe(401);
  await on.restart();
  expect(await use(kept)).toBe(0);
  nowMs += 3_600_000;
  expect(await use(kept)).toBe(401);
});
