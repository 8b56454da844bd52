/** Whoever changes something over the API stands in the journal: every route that is no mere look, by the document. */
import { createLogger } from '@bzzz/peer';
import { EntriesAnswer, SessionAnswer } from '@bzzz/protocol/api';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { repo, startWorld, until, type World } from './support.ts';

const task = encodeURIComponent(`${repo}#1`);
const issue = { title: 'Write a note', body: '```\nrecipe: note\ntext: hello\n```\n' };

interface Change {
  /** The path with its parameters filled in; absent: it has none. */
  readonly path?: string;
  readonly body?: object;
  readonly act: string;
  readonly about: unknown;
}

/** In this order: some need what those before have made. */
const changes: Readonly<Record<string, Change>> = {
  'POST /api/v1/pause': {
    body: { scope: 'self', paused: true },
    act: 'drain',
    about: 'new work of this peer',
  },
  'POST /api/v1/tasks': { body: issue, act: 'submit', about: `${repo}: ${issue.title}` },
  'POST /api/v1/tasks/{id}/orders': {
    path: `/api/v1/tasks/${task}/orders`,
    body: { order: 'cancel' },
    act: 'cancel',
    about: `${repo}#1`,
  },
  'POST /api/v1/peers/orders': { body: { order: 'resume' }, act: 'resume', about: 'this peer' },
  'POST /api/v1/health/heal': { act: 'heal', about: 'this machine' },
  'POST /api/v1/look': { body: { repo }, act: 'look', about: repo },
  'POST /api/cluster/heal': { act: 'heal', about: 'this machine' },
  'POST /api/cluster/task/submit': {
    body: { title: issue.title, description: issue.body },
    act: 'submit',
    about: `${repo}: ${issue.title}`,
  },
  'POST /api/v1/keys': {
    body: { name: 'screen', role: 'viewer' },
    act: 'key.make',
    about: expect.stringContaining('screen: viewer'),
  },
  'DELETE /api/v1/keys/{name}': {
    path: '/api/v1/keys/screen',
    act: 'key.remove',
    about: 'screen',
  },
};

/** Why these leave no entry here. */
const exceptions: Readonly<Record<string, string>> = {
  'POST /api/v1/session': 'a key that only views must not fill the journal; it is logged',
  'DELETE /api/v1/session': 'as the login',
  'POST /api/v1/quarantine/lift': 'needs a peer that is set aside: test/page/mesh.test.ts',
  'POST /api/v1/quarantine/keep': 'the same',
};

const Document = z.object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) });

async function routesOf(world: World): Promise<string[]> {
  const { paths } = Document.parse((await world.ask('/docs/json', { token: '' })).json());
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods)
      .filter((method) => method !== 'get')
      .map((method) => `${method.toUpperCase()} ${path}`),
  );
}

async function actsOf(world: World) {
  const asked = await world.ask('/api/v1/entries?kind=operator.acted');
  return EntriesAnswer.parse(asked.json()).entries.map(({ entry }) => entry.body);
}

it('each route that changes something leaves who asked, what and about what', async () => {
  const world = await startWorld();
  expect((await routesOf(world)).toSorted()).toEqual(
    [...Object.keys(changes), ...Object.keys(exceptions)].toSorted(),
  );
  const expected: object[] = [];
  for (const [route, { path, body, act, about }] of Object.entries(changes)) {
    if (path?.startsWith(`/api/v1/tasks/${task}`)) {
      await until(async () => (await world.ask(`/api/v1/tasks/${task}`)).status === 200);
    }
    const [method = '', plain = ''] = route.split(' ');
    const answer = await world.ask(path ?? plain, { method, body });
    expect([route, answer.status < 300, answer.text]).toEqual([route, true, answer.text]);
    expected.push(expect.objectContaining({ by: 'admin-token', act, about }));
    expect(await actsOf(world)).toEqual(expected);
  }
});

it('a login and a logout are logged by the name of the key, and stand in no journal', async () => {
  const lines: string[] = [];
  const write = (line: string) => lines.push(line);
  const logger = createLogger({ level: 'info', format: 'json', write });
  const world = await startWorld({ logger });
  const login = (token: string) =>
    world.ask('/api/v1/session', { method: 'POST', body: { token }, token: '' });
  expect((await login('bzzz_forged')).status).toBe(401);
  const opened = await login(world.token);
  const [cookie = ''] = z.array(z.string()).parse(opened.headers['set-cookie']);
  const { csrf } = SessionAnswer.parse(opened.json());
  const headers = { cookie: cookie.split(';')[0] ?? '', 'x-bzzz-csrf': csrf ?? '' };
  const closed = await world.ask('/api/v1/session', { method: 'DELETE', token: '', headers });
  expect(closed.status).toBe(204);
  const told = lines.map((line) =>
    z.object({ message: z.string() }).loose().parse(JSON.parse(line)),
  );
  expect(told).toEqual([
    expect.objectContaining({ message: 'somebody logged in', key: 'admin-token' }),
    expect.objectContaining({ message: 'somebody logged out', key: 'admin-token' }),
  ]);
  expect(await actsOf(world)).toEqual([]);
});
