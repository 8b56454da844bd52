/**
 * A task list read over HTTP by a few clients at a time, each over a connection that it keeps: from the gateway
 * of a real peer, with its key, its limits and its look at the tasks, and from bare fastify that is handed the
 * same bytes. Server and clients are in this process, on one thread, on both sides alike: what the clients cost
 * is in both figures, which draws the ratio towards one, so they cost as little as may be.
 */
import fastify from 'fastify';
import { digest } from '../content.ts';
import type { Side, Subject } from '../subject.ts';
import { startGatewayPeer } from './gateway-peer.ts';
import { connectKeepAlive, type KeepAlive } from './keep-alive.ts';

const CLIENTS = 8;
const TASKS = 100;
const path = '/api/v1/tasks';

export const http: Subject = {
  name: 'http',
  measures: `reads of ${TASKS} tasks from a peer's gateway by ${CLIENTS} clients; CPU of both ends`,
  beside:
    'bare fastify with the same bytes ready; no key, no limits (the list does not change meanwhile)',
  operation: 'read',
  equal: 'sides',
  countsChildren: false,
  goals: [{ of: '@bzzz/gateway', beside: 'fastify', what: 'rate', must: { atLeast: 0.7 } }],
  sizes: {
    full: { rounds: 9, warmUpRounds: 2, operations: 500 * CLIENTS },
    small: { rounds: 1, warmUpRounds: 0, operations: 5 * CLIENTS },
  },
  async open(_seed, { operations }) {
    await using open = new AsyncDisposableStack();
    const peer = await startGatewayPeer({ tasks: TASKS });
    open.defer(peer.close);
    const key = ['authorization', `Bearer ${peer.token}`] as const;
    const ours = await connectAll(new URL(path, peer.url), [key]);
    open.defer(async () => closeAll(ours));
    const body = await ours[0]?.get();
    if (body === undefined) throw new Error('no client');
    const bare = await startBare(body.toString());
    open.defer(bare.close);
    const theirs = await connectAll(new URL(path, bare.url), [key]);
    open.defer(async () => closeAll(theirs));
    const kept = open.move();
    return {
      sides: [side('@bzzz/gateway', ours, operations), side('fastify', theirs, operations)],
      close: () => kept.disposeAsync(),
    };
  },
};

function side(name: string, clients: readonly KeepAlive[], operations: number): Side {
  return {
    name,
    async prepare() {
      /** Those that differ from the first: to keep all would measure the memory that they need. */
      const bodies: Buffer[] = [];
      let reads = 0;
      const keep = (body: Buffer) => {
        reads += 1;
        if (bodies[0]?.equals(body) !== true) bodies.push(body);
      };
      return {
        async work() {
          let left = operations;
          await Promise.all(
            clients.map(async (client) => {
              while (left > 0) {
                left -= 1;
                keep(await client.get());
              }
            }),
          );
        },
        answer: async () => digest(bodies),
        operations: () => reads,
      };
    },
  };
}

function connectAll(
  url: URL,
  headers: readonly (readonly [string, string])[],
): Promise<KeepAlive[]> {
  return Promise.all(Array.from({ length: CLIENTS }, () => connectKeepAlive(url, headers)));
}

function closeAll(clients: readonly KeepAlive[]): void {
  for (const client of clients) client.close();
}

async function startBare(text: string): Promise<{ url: string; close(): Promise<void> }> {
  const app = fastify();
  app.get(path, async (_request, reply) =>
    reply.type('application/json; charset=utf-8').send(text),
  );
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { url, close: () => app.close() };
}
