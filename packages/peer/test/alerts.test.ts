/** Alerts are posted to a receiver that may be down: each once, in order, whatever happens to it. */
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { AlertNews } from '@bzzz/coordination';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { createControlClient, createLogger, createPeer } from '../src/index.ts';
import { systemClock } from '../src/system/clock.ts';
import { openAlertPosts } from '../src/wiring/alert-posts.ts';
import { configFor, onCleanup, silent, tempDir, until } from './support.ts';

const Posted = z.object({
  peer: z.string(),
  alert: z.string(),
  state: z.enum(['raised', 'ended']),
  value: z.number(),
  text: z.string(),
  at: z.iso.datetime(),
});
type Posted = z.infer<typeof Posted>;

/** What came, and how it was answered. `answer`: the status; null: the connection is cut instead. */
async function receiver(port: number, answer: (count: number) => number | null) {
  const came: (Posted & { readonly status: number | null })[] = [];
  const server = createServer((request, response) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.on('end', () => {
      const status = answer(came.length);
      came.push({ ...Posted.parse(JSON.parse(Buffer.concat(pieces).toString())), status });
      if (status === null) request.socket.destroy();
      else response.writeHead(status).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => closed(server));
  const taken = () => came.filter(({ status }) => status === 204);
  return { port: portOf(server), came, taken };
}

async function open(url: string, peer: string, file?: string) {
  const kept = file ?? join(await tempDir(), 'alerts-waiting.json');
  const posts = await openAlertPosts({ clock: hasty, logger: silent }, { url, peer, file: kept });
  onCleanup(posts.stop);
  return posts;
}

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function closed(server: Server): Promise<void> {
  if (!server.listening) return;
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
}

const text = (file: string) => readFile(file, 'utf8');

/** Of this machine, on which nobody listens. */
async function unusedPort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const port = portOf(server);
  await closed(server);
  return port;
}

/** Time runs a hundred times as fast. */
const hasty = {
  ...systemClock,
  after: (ms: number, run: () => void) => systemClock.after(ms / 100, run),
};

function news(kind: AlertNews['kind'], measure: 'cpu' | 'disk' = 'disk'): AlertNews {
  const rule = { measure, raiseAt: 0.9, endAt: 0.8, holdMs: 1, action: null, advice: '' };
  return { kind, alert: { measure, sinceMs: 0, raisedValue: 0.95, value: 0.95, rule } };
}

it('are posted in order, each until it is taken and never again', async () => {
  const port = await unusedPort();
  const url = `http://127.0.0.1:${port}/hook`;
  const posts = await open(url, 'alpha');
  posts.put(news('raised'));
  posts.put(news('raised', 'cpu'));
  posts.put(news('ended'));
  const first = [500, null, 204, 429, 404];
  const { came, taken } = await receiver(port, (count) =>
    count < first.length ? (first[count] ?? null) : 204,
  );
  await until(() => taken().length === 3);
  posts.put(news('ended', 'cpu'));
  await until(() => taken().length === 4);
  expect(taken().map(({ alert, state }) => `${alert} ${state}`)).toEqual([
    'disk raised',
    'cpu raised',
    'disk ended',
    'cpu ended',
  ]);
  // Tries of one are the same to the letter, so that who takes one twice can tell.
  const tries = came.map(({ alert, state, value, text, at }) =>
    JSON.stringify({ alert, state, value, text, at }),
  );
  expect(new Set(tries).size).toBe(4);
  expect(tries).toHaveLength(8);
});

it('are no more tried when the peer stops', async () => {
  const { port, came } = await receiver(0, () => 503);
  const url = `http://127.0.0.1:${port}/`;
  const posts = await open(url, 'alpha');
  posts.put(news('raised'));
  await until(() => came.length > 2);
  await posts.stop();
  const { length } = came;
  posts.put(news('ended'));
  const other = await open(url, 'beta');
  other.put(news('raised'));
  await until(() => came.filter(({ peer }) => peer === 'beta').length > 2);
  // One may have been under way.
  expect(came.filter(({ peer }) => peer === 'alpha').length).toBeLessThanOrEqual(length + 1);
});

it('that nobody took are posted by the next run, in the same words, and then no more', async () => {
  const port = await unusedPort();
  const url = `http://127.0.0.1:${port}/hook`;
  const file = join(await tempDir(), 'alerts-waiting.json');
  const before = await open(url, 'alpha', file);
  before.put(news('raised'));
  before.put(news('ended'));
  await before.stop();
  const { posts: kept } = z.object({ posts: z.array(Posted) }).parse(JSON.parse(await text(file)));
  const { taken } = await receiver(port, () => 204);
  const after = await open(url, 'alpha', file);
  after.put(news('raised', 'cpu'));
  await until(() => taken().length === 3);
  expect(kept).toHaveLength(2);
  expect(taken().slice(0, 2)).toMatchObject(kept);
  expect(taken().map(({ alert, state }) => `${alert} ${state}`)).toEqual([
    'disk raised',
    'disk ended',
    'cpu raised',
  ]);
  await until(async () => (await text(file)).includes('"posts":[]'));
  await after.stop();
  const last = await open(url, 'alpha', file);
  last.put(news('ended', 'cpu'));
  await until(() => taken().length === 4);
  expect(taken().at(-1)).toMatchObject({ alert: 'cpu', state: 'ended' });
});

it('that cannot be read any more are told, and the next ones are posted', async () => {
  const { port, taken } = await receiver(0, () => 204);
  const file = join(await tempDir(), 'alerts-waiting.json');
  await writeFile(file, '{"version":1,"posts":[{}');
  const warnings: string[] = [];
  const logger = createLogger({
    level: 'warn',
    format: 'json',
    write: (line) => warnings.push(line),
  });
  const url = `http://127.0.0.1:${port}/`;
  const posts = await openAlertPosts({ clock: hasty, logger }, { url, peer: 'alpha', file });
  onCleanup(posts.stop);
  expect(warnings.join('')).toContain('are lost');
  posts.put(news('raised'));
  await until(() => taken().length === 1);
});

it('of a peer whose process hardly gets to run: raised and ended, once each, past an outage', {
  timeout: 300_000,
}, async () => {
  const port = await unusedPort();
  const dataDir = await tempDir();
  const alertUrl = `http://127.0.0.1:${port}/hook?key=very-secret`;
  const warnings: string[] = [];
  const logger = createLogger({
    level: 'warn',
    format: 'json',
    write: (line) => warnings.push(line),
  });
  const peer = createPeer({ ...configFor(dataDir), health: { alertUrl } }, { logger });
  onCleanup(() => peer.stop());
  await peer.start();

  // The peer lives in this process, which is kept from its turns until the alert is raised.
  const busy = setInterval(() => {
    const endMs = performance.now() + 1_300;
    while (performance.now() < endMs);
  }, 3_000);
  onCleanup(() => clearInterval(busy));
  const alerts = async () => {
    const told: string[] = [];
    for await (const { entry } of createControlClient(dataDir).logs({ from: 0 })) {
      const { body } = entry;
      if (body.kind === 'health.alert' && body['alert'] === 'lagMs')
        told.push(String(body['state']));
    }
    return told;
  };
  await until(async () => (await alerts()).length > 0);
  const inLog = () => warnings.filter((line) => line.includes('the machine is short of something'));
  expect(inLog().filter((line) => line.includes('"measure":"lagMs"'))).toHaveLength(1);
  clearInterval(busy);
  await until(() => warnings.some((line) => line.includes('could not be posted')));
  const { taken } = await receiver(port, () => 204);
  const ofLag = () => taken().filter(({ alert }) => alert === 'lagMs');
  await until(() => ofLag().length > 0);
  await until(async () => (await alerts()).length > 1);
  await until(() => ofLag().length > 1);
  expect(await alerts()).toEqual(['raised', 'ended']);
  expect(ofLag()).toMatchObject([
    { peer: 'alpha', state: 'raised', text: expect.stringContaining('waits up to') },
    { peer: 'alpha', state: 'ended' },
  ]);
  expect(warnings.join('')).not.toContain('very-secret');
});
