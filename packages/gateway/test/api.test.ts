/** What the API answers, asked of a peer that works. */
import {
  EntriesAnswer,
  OrderAnswer,
  PauseAnswer,
  StatusAnswer,
  SubmitAnswer,
  TaskStoryAnswer,
} from '@bzzz/protocol/api';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { repo, startWorld, until } from './support.ts';

const issue = { repo, title: 'Write a note', body: '```\nrecipe: note\ntext: hello\n```\n' };

describe('the API', () => {
  it('files an issue and tells its story to the pull request; who asked stands in the journal', async () => {
    const world = await startWorld();
    const filed = await world.ask('/api/v1/tasks', { method: 'POST', body: issue });
    expect(filed.status).toBe(201);
    const { number } = SubmitAnswer.parse(filed.json());
    const path = `/api/v1/tasks/${encodeURIComponent(`${repo}#${number}`)}`;
    const { task, story } = await until(async () => {
      const answer = await world.ask(path);
      const told = answer.status === 200 ? TaskStoryAnswer.parse(answer.json()) : undefined;
      return told?.task.pullRequest !== null && told;
    });
    expect(task.title).toBe(issue.title);
    expect(story.map(({ entry }) => entry.body.kind)).toContain('fence.settled');

    const asked = await world.ask('/api/v1/entries?kind=operator.acted');
    const { entries } = EntriesAnswer.parse(asked.json());
    expect(entries.map(({ entry }) => entry.body)).toEqual([
      {
        kind: 'operator.acted',
        by: 'admin-token',
        act: 'submit',
        about: `${repo}: ${issue.title}`,
      },
    ]);
  });

  it('has a task cancelled and tried again by a comment on its issue', async () => {
    const world = await startWorld();
    await world.ask('/api/v1/pause', { method: 'POST', body: { scope: 'self', paused: true } });
    await world.ask('/api/v1/tasks', { method: 'POST', body: issue });
    const path = `/api/v1/tasks/${encodeURIComponent(`${repo}#1`)}`;
    const order = (word: string) =>
      world.ask(`${path}/orders`, { method: 'POST', body: { order: word } });
    await until(async () => (await world.ask(path)).status === 200);
    const said = await order('cancel');
    expect([said.status, OrderAnswer.parse(said.json()).url]).toEqual([
      201,
      expect.stringContaining('#issuecomment-'),
    ]);
    const wanted = async () => TaskStoryAnswer.parse((await world.ask(path)).json()).task.wanted;
    await until(async () => !(await wanted()));
    expect((await order('retry')).status).toBe(201);
    await until(wanted);
    expect((await order('stop')).status).toBe(422);
  });

  it('asks the forge for certificates a few times a minute only, whoever asks', async () => {
    const world = await startWorld();
    const verify = async () => (await world.ask('/api/v1/tasks/9/verify')).status;
    for (let times = 0; times < 6; times += 1) expect(await verify()).toBe(404);
    expect(await verify()).toBe(429);
    expect((await world.ask('/api/v1/tasks')).status).toBe(200);
  });

  it('pauses and resumes', async () => {
    const world = await startWorld();
    const pause = async (paused: boolean) => {
      const body = { scope: 'self', paused };
      return PauseAnswer.parse((await world.ask('/api/v1/pause', { method: 'POST', body })).json());
    };
    expect(await pause(true)).toEqual({ paused: true });
    expect(await pause(false)).toEqual({ paused: false });
    expect(StatusAnswer.parse((await world.ask('/api/v1/status')).json()).gateway).toEqual({
      url: world.gateway.url,
    });
  });

  it('drains, pauses and resumes a peer by its name, and the mesh; each stands in the journal', async () => {
    const world = await startWorld();
    const order = async (body: object) =>
      (await world.ask('/api/v1/peers/orders', { method: 'POST', body })).json();
    const { peer } = StatusAnswer.parse((await world.ask('/api/v1/status')).json());
    const alpha = { peer: peer.id, name: 'alpha' };
    expect(await order({ order: 'drain', peer: 'alpha' })).toEqual({
      ...alpha,
      order: 'drain',
      paused: true,
    });
    expect(await order({ order: 'pause' })).toMatchObject({ ...alpha, paused: true });
    expect(await order({ order: 'drain', mesh: true })).toMatchObject({ peer: null, paused: true });
    expect(await order({ order: 'resume' })).toMatchObject({ ...alpha, paused: true });
    expect(await order({ order: 'resume', mesh: true })).toMatchObject({ paused: false });
    const asked = await world.ask('/api/v1/entries?kind=operator.acted');
    const { entries } = EntriesAnswer.parse(asked.json());
    expect(entries.map(({ entry }) => [entry.body['act'], entry.body['about']])).toEqual([
      ['drain', 'this peer'],
      ['pause', 'this peer'],
      ['drain', 'new work of the mesh'],
      ['resume', 'this peer'],
      ['resume', 'new work of the mesh'],
    ]);
  });

  it.each([
    [
      '/api/v1/peers/orders',
      { method: 'POST', body: { order: 'drain', peer: 'nobody' } },
      404,
      'peer_unknown',
    ],
    [
      '/api/v1/peers/orders',
      { method: 'POST', body: { order: 'pause', mesh: true } },
      422,
      'control_request_invalid',
    ],
    ['/api/v1/tasks/99', {}, 404, 'task_unknown'],
    ['/api/v1/why/peers/nobody', {}, 404, 'peer_unknown'],
    ['/api/v1/entries?last=-1', {}, 422, 'control_request_invalid'],
    ['/api/v1/entries?last=9007199254740991', {}, 422, 'control_request_invalid'],
    ['/api/v1/entries?kind=nonsense', {}, 422, 'control_request_invalid'],
    ['/api/v1/entries?unheard=of', {}, 422, 'control_request_invalid'],
    ['/api/v1/nothing', {}, 404, 'control_route_unknown'],
    ['/api/v1/status', { method: 'PUT' }, 404, 'control_route_unknown'],
    ['/api/v1/pause', { method: 'POST', body: { scope: 'all' } }, 422, 'control_request_invalid'],
    [
      '/api/v1/pause',
      { method: 'POST', body: { scope: 'task', task: '99', paused: true } },
      404,
      'task_unknown',
    ],
    [
      '/api/v1/pause',
      { method: 'POST', body: { scope: 'self', task: '99', paused: true } },
      422,
      'control_request_invalid',
    ],
    ['/api/v1/pause', { method: 'POST', body: '{ "scope": ' }, 422, 'control_request_invalid'],
    [
      '/api/v1/tasks',
      { method: 'POST', body: { title: 'x'.repeat(300_000) } },
      413,
      'message_too_large',
    ],
    [
      '/api/v1/tasks',
      { method: 'POST', body: { title: ' ', body: '' } },
      422,
      'control_request_invalid',
    ],
  ] as const)('answers %s %o with %i %s', async (path, options, status, code) => {
    const world = await startWorld();
    const answer = await world.ask(path, options);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status, code });
    expect(answer.status).toBe(status);
  });

  it('has figures for Prometheus', async () => {
    const world = await startWorld();
    const text = await until(async () => {
      const answer = await world.ask('/metrics');
      expect(answer.status).toBe(200);
      expect(answer.headers['content-type']).toMatch(/^text\/plain; version=0\.0\.4/);
      return /^bzzz_machine_disk_ratio 0\.\d+$/m.test(answer.text) && answer.text;
    });
    expect(text).toMatch(/^bzzz_work_slots 1$/m);
    expect(text).toMatch(/^bzzz_mesh_peers\{liveness="alive"\} 1$/m);
    expect(text).toMatch(/^bzzz_mesh_peers\{liveness="dead"\} 0$/m);
    expect(text).toMatch(/^bzzz_mesh_peers_quarantined 0$/m);
    expect(text).toMatch(/^# TYPE bzzz_forge_requests_total counter$/m);
  });

  it('answers as its OpenAPI document says', async () => {
    const world = await startWorld();
    await world.ask('/api/v1/tasks', { method: 'POST', body: issue });
    await until(async () => (await world.ask('/api/v1/tasks/1')).status === 200);
    const Document = z.object({
      openapi: z.string().startsWith('3.1'),
      paths: z.record(
        z.string(),
        z.record(z.string(), z.looseObject({ responses: z.record(z.string(), z.unknown()) })),
      ),
      components: z.unknown(),
    });
    const document = Document.parse((await world.ask('/docs/json', { token: '' })).json());
    const Json = z.object({
      content: z.object({ 'application/json': z.object({ schema: z.unknown() }) }),
    });
    const ajv = new Ajv2020({ strict: false });
    let asked = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
      const { get } = methods;
      if (get === undefined || path === '/api/v1/events') continue;
      const filled = path
        .replace(/\/(tasks?)\/\{id\}/, '/$1/1')
        .replace('/peers/{id}', '/peers/alpha');
      const answer = await world.ask(filled);
      const { schema } = Json.parse(get.responses['200']).content['application/json'];
      const isValid = ajv.compile({
        components: document.components,
        ...z.looseObject({}).parse(schema),
      });
      expect([path, isValid(answer.json()), isValid.errors]).toEqual([path, true, null]);
      asked += 1;
    }
    expect(asked).toBeGreaterThanOrEqual(10);
  });
});
