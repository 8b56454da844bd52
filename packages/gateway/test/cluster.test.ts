/** The cluster API that operators of the earlier system know, asked as their scripts do. */
import { expect, it, vi } from 'vitest';
import { repo, startWorld, until } from './support.ts';

/** It works on an issue meanwhile, perhaps on a machine that is busy with other tests. */
vi.setConfig({ testTimeout: 180_000 });

it('serves what scripts of the earlier system ask, from a task to its end', async () => {
  const world = await startWorld();
  const ask = async (path: string, body?: object) => {
    const method = body === undefined ? 'GET' : 'POST';
    const answer = await world.ask(path, { method, ...(body && { body }) });
    return { status: answer.status, said: answer.json() };
  };
  const open = await world.ask('/health', { token: '' });
  expect([open.status, open.json()]).toEqual([200, { status: 'ok' }]);
  expect((await world.ask('/api/cluster/status', { token: '' })).status).toBe(401);
  expect(await ask('/api/cluster/status')).toMatchObject({
    status: 200,
    said: { agents: { total: 1, live: 1 } },
  });
  const capabilities: unknown = expect.arrayContaining(['recipe']);
  expect(await ask('/api/cluster/agents/live')).toMatchObject({
    said: { agents: [{ name: 'alpha', status: 'idle', slots: 1, capabilities }] },
  });

  const task = { title: 'A note', description: 'recipe: note\ntext: hi\n' };
  expect(await ask('/api/cluster/task/submit', task)).toMatchObject({
    status: 201,
    said: { id: `${repo}#1` },
  });
  const done = await until(async () => {
    const { status, said } = await ask('/api/cluster/task/1');
    if (status === 404) return undefined;
    expect(said).toMatchObject({ id: `${repo}#1`, title: 'A note' });
    return JSON.stringify(said).includes('"status":"done"') && said;
  });
  expect(done).toMatchObject({ agent: 'alpha', epoch: 1, pullRequest: 2 });
  expect((await ask('/api/cluster/task/99')).status).toBe(404);
  expect((await ask('/api/cluster/task/submit', { title: '' })).status).toBe(422);

  const healed = await ask('/api/cluster/heal', {});
  expect(healed.status).toBe(200);
  const history = await ask('/api/cluster/healing/history');
  expect(history).toMatchObject({ status: 200, said: { healings: expect.any(Array) } });
});
