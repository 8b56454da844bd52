/** The stream of events: cut at random, and nobody misses or gets anything twice. */
import { get as httpGet } from 'node:http';
import { StreamEvent } from '@bzzz/protocol/api';
import { WebSocket } from 'ws';
import { describe, expect, it } from 'vitest';
import { repo, startWorld, until, type World } from './support.ts';

interface Client {
  readonly seen: string[];
  readonly resets: () => number;
  cut(): void;
  end(): void;
}

/** Comes again whenever it is cut, from where it was. */
function follow(world: World, by: 'sse' | 'socket'): Client {
  const seen: string[] = [];
  let resets = 0;
  let position: string | undefined;
  let cut: () => void = () => undefined;
  let over = false;

  function take(text: string): void {
    const event = StreamEvent.parse(JSON.parse(text));
    if (event.type === 'reset') resets += 1;
    if (event.type === 'entry') {
      const { entry } = event;
      seen.push(`${entry.peer}/${entry.seq}`);
    }
    if ('position' in event) ({ position } = event);
  }

  function connect(): void {
    if (over) return;
    const query = position === undefined ? '?last=1000' : `?after=${position}`;
    const url = `${world.gateway.url}/api/v1/events${query}`;
    const headers = { authorization: `Bearer ${world.token}` };
    if (by === 'socket') {
      const socket = new WebSocket(url.replace('http', 'ws'), { headers });
      let alive = true;
      socket.on('message', (data: Buffer) => alive && take(data.toString('utf8')));
      socket.on('error', () => undefined);
      socket.on('close', () => setTimeout(connect, 5));
      cut = () => {
        alive = false;
        socket.terminate();
      };
      return;
    }
    const request = httpGet(url, { headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => {
        text += piece;
        const events = text.split('\n\n');
        text = events.pop() ?? '';
        for (const event of events) {
          const data = /^data: (.*)$/m.exec(event)?.[1];
          if (data !== undefined) take(data);
        }
      });
      response.on('error', () => undefined);
    });
    request.on('error', () => undefined);
    request.on('close', () => setTimeout(connect, 5));
    cut = () => void request.destroy();
  }

  connect();
  return {
    seen,
    resets: () => resets,
    cut: () => cut(),
    end() {
      over = true;
      cut();
    },
  };
}

/** Entries by the pause button: each press makes two. */
async function press(world: World, times: number): Promise<void> {
  for (let time = 0; time < times; time += 1) {
    const body = { scope: 'self', paused: time % 2 === 0 };
    const answer = await world.ask('/api/v1/pause', { method: 'POST', body });
    expect(answer.status).toBe(200);
  }
}

async function allEntries(world: World): Promise<string[]> {
  const answer = await world.ask('/api/v1/entries?last=5000');
  const { entries } = JSON.parse(answer.text) as { entries: { peer: string; seq: number }[] };
  return entries.map(({ peer, seq }) => `${peer}/${seq}`);
}

describe('the stream of events', () => {
  it('tells a hundred clients that are cut at random everything once and in order', async () => {
    const world = await startWorld();
    const clients = Array.from({ length: 100 }, (_, at) =>
      follow(world, at % 2 === 0 ? 'sse' : 'socket'),
    );
    let cuts = 0;
    for (let round = 0; round < 40; round += 1) {
      await press(world, 4);
      for (let one = 0; one < 5; one += 1) {
        clients[(round * 37 + one * 13) % clients.length]?.cut();
        cuts += 1;
      }
    }
    const wanted = await allEntries(world);
    await until(() => clients.every(({ seen }) => seen.length >= wanted.length));
    for (const client of clients) {
      client.end();
      expect(client.resets()).toBe(0);
      expect(client.seen.slice(0, wanted.length)).toEqual(wanted);
      expect(new Set(client.seen).size).toBe(client.seen.length);
    }
    expect(cuts).toBe(200);
    expect(wanted.length).toBeGreaterThan(300);
  });

  it('begins with how things stand, and tells what changed', async () => {
    const world = await startWorld();
    const { promise, resolve } = Promise.withResolvers<string>();
    const types: string[] = [];
    const socket = new WebSocket(`${world.gateway.url.replace('http', 'ws')}/api/v1/events`, {
      headers: { authorization: `Bearer ${world.token}` },
    });
    socket.on('message', (data: Buffer) => {
      const event = StreamEvent.parse(JSON.parse(data.toString('utf8')));
      types.push(event.type);
      if (event.type === 'tasks' && event.tasks.length > 0) resolve(event.tasks[0]?.title ?? '');
    });
    await until(() => types.length >= 3);
    expect(types.slice(0, 3)).toEqual(['status', 'peers', 'tasks']);
    const body = { repo, title: 'Write a note', body: '```\nrecipe: note\ntext: hello\n```\n' };
    await world.ask('/api/v1/tasks', { method: 'POST', body });
    expect(await promise).toBe('Write a note');
    socket.terminate();
  });

  it('tells whoever comes from another index to begin anew', async () => {
    const world = await startWorld();
    const { promise, resolve } = Promise.withResolvers<StreamEvent>();
    const url = `${world.gateway.url.replace('http', 'ws')}/api/v1/events?after=0123456789ab.7`;
    const socket = new WebSocket(url, { headers: { authorization: `Bearer ${world.token}` } });
    socket.on('message', (data: Buffer) =>
      resolve(StreamEvent.parse(JSON.parse(data.toString('utf8')))),
    );
    expect(await promise).toMatchObject({
      type: 'reset',
      position: expect.stringMatching(/^[0-9a-f]{12}\.\d+$/),
    });
    socket.terminate();
  });

  it('ends with the key of whoever reads', async () => {
    const world = await startWorld({ readmitMs: 50 });
    const body = { name: 'guest', scopes: ['view'] };
    const made = await world.ask('/api/v1/keys', { method: 'POST', body });
    const { token } = JSON.parse(made.text) as { token: string };
    const headers = { authorization: `Bearer ${token}` };
    const url = `${world.gateway.url}/api/v1/events`;
    const socket = new WebSocket(url.replace('http', 'ws'), { headers });
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    const begun = Promise.withResolvers<void>();
    const ended = new Promise<void>((resolve) => {
      httpGet(url, { headers, agent: false }, (response) => {
        response.once('data', () => begun.resolve());
        response.on('data', () => undefined);
        response.on('error', () => undefined);
        response.on('close', resolve);
      });
    });
    await begun.promise;
    await until(() => socket.readyState === WebSocket.OPEN);
    await world.ask('/api/v1/keys/guest', { method: 'DELETE' });
    expect(await closed).toBe(1000);
    await ended;
  });

  it('opens no socket for pages of others, nor without a key', async () => {
    const world = await startWorld();
    const refused = (headers: Record<string, string>) => {
      const { promise, resolve } = Promise.withResolvers<number>();
      const socket = new WebSocket(`${world.gateway.url.replace('http', 'ws')}/api/v1/events`, {
        headers,
      });
      socket.on('error', () => undefined);
      socket.on('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
      socket.on('open', () => resolve(101));
      return promise.finally(() => socket.terminate());
    };
    const authorization = `Bearer ${world.token}`;
    expect(await refused({})).toBe(401);
    expect(await refused({ authorization, origin: 'https://evil.example' })).toBe(403);
    expect(await refused({ authorization })).toBe(101);
  });
});
