/** Who may ask what, and from where; keys are forged here. */
import { createHash } from 'node:crypto';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { KeyAnswer, NewKeyAnswer, SessionAnswer } from '@bzzz/protocol/api';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startWorld, type World } from './support.ts';

const Problem = z.object({ code: z.string(), advice: z.string().min(1), status: z.number() });

async function refusal(asked: ReturnType<World['ask']>): Promise<[number, string]> {
  const answer = await asked;
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  const { code, status } = Problem.parse(answer.json());
  expect(status).toBe(answer.status);
  return [answer.status, code];
}

async function makeKey(world: World, name: string, scopes: readonly string[], token?: string) {
  return world.ask('/api/v1/keys', { method: 'POST', body: { name, scopes }, token });
}

async function makeRole(world: World, name: string, role: string, token?: string) {
  return world.ask('/api/v1/keys', { method: 'POST', body: { name, role }, token });
}

async function login(world: World, token: string) {
  const answer = await world.ask('/api/v1/session', { method: 'POST', body: { token }, token: '' });
  const [cookie = ''] = z.array(z.string()).parse(answer.headers['set-cookie']);
  const { csrf } = SessionAnswer.parse(answer.json());
  return { cookie, csrf: csrf ?? '', header: cookie.split(';')[0] ?? '' };
}

describe('access to the gateway', () => {
  it('is closed to whoever has no key', async () => {
    const world = await startWorld();
    const paths = ['status', 'peers', 'tasks', 'entries', 'events', 'keys', 'doctor', 'session'];
    for (const path of paths) {
      expect(await refusal(world.ask(`/api/v1/${path}`, { token: '' }))).toEqual([
        401,
        'gateway_unauthorized',
      ]);
    }
    for (const forged of ['bzzz_', world.token.slice(0, -1), `${world.token}x`, 'x'.repeat(150)]) {
      expect(await refusal(world.ask('/api/v1/status', { token: forged }))).toEqual([
        401,
        'gateway_unauthorized',
      ]);
    }
    expect((await world.ask('/api/v1/status')).status).toBe(200);
    expect((await world.ask('/api/v1/health', { token: '' })).status).toBe(200);
  });

  it('reads no body of whoever has no key', async () => {
    const world = await startWorld();
    const body = '{ not json';
    const asked = world.ask('/api/v1/pause', { method: 'POST', token: '', body });
    expect(await refusal(asked)).toEqual([401, 'gateway_unauthorized']);
  });

  it('is closed to keys and sessions that were forged', async () => {
    const world = await startWorld();
    const { token } = world;
    const hash = createHash('sha256').update(token).digest('hex');
    const flipped = `${token.slice(0, -1)}${token.endsWith('a') ? 'b' : 'a'}`;
    for (const forged of [flipped, token.slice(0, -1), `${token}x`, token.toUpperCase(), hash]) {
      expect(await refusal(world.ask('/api/v1/status', { token: forged }))).toEqual([
        401,
        'gateway_unauthorized',
      ]);
    }
    const { port } = new URL(world.gateway.url);
    for (const forged of [hash, token, 'admin-token', '__proto__', '0'.repeat(43)]) {
      const headers = { cookie: `bzzz-session-${port}=${forged}` };
      expect(await refusal(world.ask('/api/v1/status', { token: '', headers }))).toEqual([
        401,
        'gateway_unauthorized',
      ]);
    }
  });

  it('gives keys by roles, and none of a role that may more than its maker', async () => {
    const world = await startWorld();
    const roles = { admin: 201, operator: 201, viewer: 201, node: 201, root: 422 };
    for (const [role, status] of Object.entries(roles)) {
      expect((await makeRole(world, `a-${role}`, role)).status, role).toBe(status);
    }
    const Keys = z.object({ keys: z.array(KeyAnswer) });
    const { keys } = Keys.parse((await world.ask('/api/v1/keys')).json());
    expect(keys.map(({ name, role, scopes }) => [name, role, scopes])).toEqual([
      ['a-admin', 'admin', ['view', 'output', 'submit', 'operate', 'admin']],
      ['a-operator', 'operator', ['view', 'output', 'submit', 'operate']],
      ['a-viewer', 'viewer', ['view']],
      ['a-node', 'node', ['view', 'submit']],
    ]);
    const helper = NewKeyAnswer.parse((await makeKey(world, 'helper', ['view', 'admin'])).json());
    expect(helper.role).toBeNull();
    expect((await makeRole(world, 'looks', 'viewer', helper.token)).status).toBe(201);
    expect(await refusal(makeRole(world, 'acts', 'operator', helper.token))).toEqual([
      403,
      'gateway_scope_missing',
    ]);
    const both = { name: 'both', role: 'viewer', scopes: ['admin'] };
    expect((await world.ask('/api/v1/keys', { method: 'POST', body: both })).status).toBe(422);
    const viewer = NewKeyAnswer.parse((await makeRole(world, 'viewer', 'viewer')).json());
    const lift = { method: 'POST', body: { peer: 'nobody' }, token: viewer.token };
    for (const act of ['lift', 'keep']) {
      expect(await refusal(world.ask(`/api/v1/quarantine/${act}`, lift))).toEqual([
        403,
        'gateway_scope_missing',
      ]);
    }
    const output = '/api/v1/tasks/99/output';
    expect(await refusal(world.ask(output, { token: viewer.token }))).toEqual([
      403,
      'gateway_scope_missing',
    ]);
    const operator = await makeRole(world, 'operator', 'operator');
    const { token } = NewKeyAnswer.parse(operator.json());
    expect(await refusal(world.ask(output, { token }))).toEqual([404, 'task_unknown']);
    expect((await world.ask('/api/v1/quarantine', { token: viewer.token })).json()).toEqual({
      quarantined: [],
    });
  });

  it('gives keys that may less, never more', async () => {
    const world = await startWorld();
    const made = NewKeyAnswer.parse((await makeKey(world, 'screen', ['view'])).json());
    expect((await world.ask('/api/v1/status', { token: made.token })).status).toBe(200);
    const pause = { method: 'POST', body: { scope: 'self', paused: true }, token: made.token };
    expect(await refusal(world.ask('/api/v1/pause', pause))).toEqual([
      403,
      'gateway_scope_missing',
    ]);
    expect(await refusal(makeKey(world, 'more', ['view'], made.token))).toEqual([
      403,
      'gateway_scope_missing',
    ]);

    const helper = NewKeyAnswer.parse((await makeKey(world, 'helper', ['view', 'admin'])).json());
    expect(await refusal(makeKey(world, 'more', ['view', 'operate'], helper.token))).toEqual([
      403,
      'gateway_scope_missing',
    ]);
    expect(await refusal(makeKey(world, 'screen', ['view']))).toEqual([409, 'gateway_key_taken']);
    expect(await refusal(makeKey(world, 'admin-token', ['view']))).toEqual([
      409,
      'gateway_key_taken',
    ]);

    const listed = z
      .object({ keys: z.array(KeyAnswer) })
      .parse((await world.ask('/api/v1/keys')).json());
    expect(listed.keys.map(({ name, by }) => [name, by])).toEqual([
      ['screen', 'admin-token'],
      ['helper', 'admin-token'],
    ]);
    const file = join(world.dataDir, 'gateway-keys.json');
    expect(await readFile(file, 'utf8')).not.toContain(made.token);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('ends with the key, at once, sessions too', async () => {
    const world = await startWorld();
    const { token } = NewKeyAnswer.parse((await makeKey(world, 'guest', ['view'])).json());
    const { header } = await login(world, token);
    const byCookie = () => world.ask('/api/v1/status', { token: '', headers: { cookie: header } });
    expect((await byCookie()).status).toBe(200);
    expect((await world.ask('/api/v1/keys/guest', { method: 'DELETE' })).status).toBe(204);
    expect(await refusal(byCookie())).toEqual([401, 'gateway_unauthorized']);
    expect(await refusal(world.ask('/api/v1/status', { token }))).toEqual([
      401,
      'gateway_unauthorized',
    ]);
    expect(await refusal(world.ask('/api/v1/keys/guest', { method: 'DELETE' }))).toEqual([
      404,
      'gateway_key_unknown',
    ]);
    // The own one is read again for each request too.
    await rm(join(world.dataDir, 'gateway-token'));
    expect(await refusal(world.ask('/api/v1/status'))).toEqual([401, 'gateway_unauthorized']);
  });

  it('says so when the file of the keys is of no use, and keeps it', async () => {
    const world = await startWorld();
    const file = join(world.dataDir, 'gateway-keys.json');
    await writeFile(file, '{ "version": 1, "keys": [{}] }', { mode: 0o600 });
    expect(await refusal(world.ask('/api/v1/keys'))).toEqual([500, 'gateway_keys_unusable']);
    expect(await refusal(makeKey(world, 'new', ['view']))).toEqual([500, 'gateway_keys_unusable']);
    expect(await readFile(file, 'utf8')).toContain('[{}]');
    // Whoever runs the peer can still look.
    expect((await world.ask('/api/v1/status')).status).toBe(200);
  });

  it('has sessions that change nothing without the secret of the page', async () => {
    const world = await startWorld();
    const { cookie, header, csrf } = await login(world, world.token);
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
    const body = { scope: 'self', paused: true };
    const change = (headers: Record<string, string>) =>
      world.ask('/api/v1/pause', {
        method: 'POST',
        body,
        token: '',
        headers: { cookie: header, ...headers },
      });
    expect(await refusal(change({}))).toEqual([403, 'gateway_csrf']);
    expect(await refusal(change({ 'x-bzzz-csrf': `${csrf}x` }))).toEqual([403, 'gateway_csrf']);
    expect((await change({ 'x-bzzz-csrf': csrf })).status).toBe(200);

    const ended = { method: 'DELETE', token: '', headers: { cookie: header, 'x-bzzz-csrf': csrf } };
    expect((await world.ask('/api/v1/session', ended)).status).toBe(204);
    expect(await refusal(change({ 'x-bzzz-csrf': csrf }))).toEqual([401, 'gateway_unauthorized']);
  });

  it('is closed to pages of others, and to names that are not this peer', async () => {
    const world = await startWorld({ names: ['bees.example'] });
    const { host } = new URL(world.gateway.url);
    const from = (headers: Record<string, string>) => world.ask('/api/v1/status', { headers });
    expect(await refusal(from({ origin: 'https://evil.example' }))).toEqual([
      403,
      'gateway_origin_refused',
    ]);
    expect(await refusal(from({ origin: 'null' }))).toEqual([403, 'gateway_origin_refused']);
    expect(await refusal(from({ host: 'evil.example' }))).toEqual([403, 'gateway_host_unknown']);
    expect(await refusal(from({ host: 'evil.example', origin: 'http://evil.example' }))).toEqual([
      403,
      'gateway_host_unknown',
    ]);
    expect((await from({ origin: `http://${host}` })).status).toBe(200);
    expect((await from({ host: 'bees.example', origin: 'https://bees.example' })).status).toBe(200);
  });

  it('counts also whoever has no key, and asks for what is not there', async () => {
    const world = await startWorld({ requestsMax: 40 });
    const statuses = new Set<number>();
    for (let asked = 0; asked < 50; asked += 1) {
      const path = asked % 2 === 0 ? '/api/v1/status' : `/api/v1/nothing/${asked}`;
      statuses.add((await world.ask(path, { token: '' })).status);
    }
    expect([...statuses].toSorted((a, b) => a - b)).toEqual([401, 404, 429]);
  });

  it('lets nobody try tokens for long', async () => {
    const world = await startWorld();
    const codes = new Set<string>();
    for (let tried = 0; tried < 130; tried += 1) {
      const body = { token: `bzzz_${tried}` };
      const [, code] = await refusal(
        world.ask('/api/v1/session', { method: 'POST', body, token: '' }),
      );
      codes.add(code);
    }
    expect([...codes]).toEqual(['gateway_unauthorized', 'gateway_rate_limited']);
  });
});
