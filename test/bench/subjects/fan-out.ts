/**
 * Entries that come to be known at a peer, told to a hundred sockets: through the gateway of a real peer, from
 * its journal through its index to each socket at its own pace, and by bare `ws`, which is handed texts of the
 * same kind and length. Server and clients are in this process, on one thread, on both sides alike. Ours also
 * writes the entries to its journal and index, once for all sockets.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { WebSocket, WebSocketServer } from 'ws';
import { z } from 'zod';
import { digest } from '../content.ts';
import type { Side, Size, Subject } from '../subject.ts';
import { type GatewayPeer, startGatewayPeer } from './gateway-peer.ts';

const SOCKETS = 100;
/** Entries that come at a time. */
const AT_ONCE = 100;
/** As it stands in the text of an event of ours. */
const mark = Buffer.from('"about":"bench ');

export const fanOut: Subject = {
  name: 'fan-out',
  measures: `entries told to ${SOCKETS} WebSockets, ${AT_ONCE} at a time; CPU of both ends together`,
  beside:
    'bare ws, texts ready, a call of the system for each message; no journal, no index, no pace of its own for each reader',
  operation: 'delivery',
  equal: 'sides',
  countsChildren: false,
  goals: [{ of: '@bzzz/gateway', beside: 'ws', what: 'rate', must: { atLeast: 0.8 } }],
  sizes: {
    full: { rounds: 9, warmUpRounds: 2, operations: 10 * AT_ONCE },
    small: { rounds: 1, warmUpRounds: 0, operations: AT_ONCE },
  },
  async open(_seed, size) {
    await using open = new AsyncDisposableStack();
    const peer = await startGatewayPeer({ tasks: 1 });
    open.defer(peer.close);
    const ours = await connectAll(`${peer.url}/api/v1/events`, peer.token);
    open.defer(async () => closeAll(ours));
    const bare = await startBare();
    open.defer(bare.close);
    const theirs = await connectAll(bare.url, peer.token);
    open.defer(async () => closeAll(theirs));
    const like = await sample(peer, ours);
    const kept = open.move();
    return {
      sides: [
        side('@bzzz/gateway', ours, size, async (abouts) => {
          await Promise.all(abouts.map(peer.note));
        }),
        side('ws', theirs, size, async (abouts) => {
          const texts = abouts.map((about) => like.replace(sampleAbout, about));
          await Promise.all(bare.send(texts));
        }),
      ],
      close: () => kept.disposeAsync(),
    };
  },
};

/** What is looked at of an event. */
const Told = z.object({
  type: z.literal('entry'),
  entry: z.object({ entry: z.object({ body: z.object({ about: z.string() }) }) }),
});

const sampleAbout = 'bench 00/0000';

function aboutOf(round: number, index: number): string {
  return `bench ${String(round).padStart(2, '0')}/${String(index).padStart(4, '0')}`;
}

interface Reader {
  readonly socket: WebSocket;
  /** Those events that this benchmark made, in the order in which they came. */
  readonly events: Buffer[];
  onEvent: () => void;
}

function side(
  name: string,
  readers: readonly Reader[],
  { operations }: Size,
  tell: (abouts: readonly string[]) => Promise<void>,
): Side {
  return {
    name,
    async prepare(round) {
      for (const reader of readers) reader.events.length = 0;
      return {
        async work() {
          const all = arrived(readers, operations);
          for (let at = 0; at < operations; at += AT_ONCE) {
            await tell(Array.from({ length: AT_ONCE }, (_, index) => aboutOf(round, at + index)));
          }
          await all;
        },
        async answer() {
          const [first, ...others] = readers.map(({ events }) => digest(events.map(aboutIn)));
          if (first === undefined || others.some((other) => other !== first)) {
            throw new Error('the sockets were told different things');
          }
          return first;
        },
        operations: () => operations * readers.length,
      };
    },
  };
}

function aboutIn(text: Buffer): string {
  return Told.parse(JSON.parse(text.toString())).entry.entry.body.about;
}

/** Resolves when every socket was told so much. */
async function arrived(readers: readonly Reader[], count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = readers.filter(({ events }) => events.length < count).length;
  if (left === 0) return;
  for (const reader of readers) {
    reader.onEvent = () => {
      if (reader.events.length !== count) return;
      left -= 1;
      if (left === 0) resolve();
    };
  }
  await promise;
}

async function connectAll(url: string, token: string): Promise<Reader[]> {
  const readers = Array.from({ length: SOCKETS }, () => {
    const socket = new WebSocket(url.replace('http', 'ws'), {
      headers: { authorization: `Bearer ${token}` },
    });
    const reader: Reader = { socket, events: [], onEvent: () => undefined };
    socket.on('message', (data: Buffer) => {
      if (!data.includes(mark)) return;
      reader.events.push(data);
      reader.onEvent();
    });
    return reader;
  });
  await Promise.all(readers.map(({ socket }) => once(socket, 'open')));
  return readers;
}

function closeAll(readers: readonly Reader[]): void {
  for (const { socket } of readers) socket.terminate();
}

/** The text of an event as a peer tells it. */
async function sample(peer: GatewayPeer, readers: readonly Reader[]): Promise<string> {
  await Promise.all([arrived(readers, 1), peer.note(sampleAbout)]);
  const text = readers[0]?.events[0]?.toString();
  if (text === undefined) throw new Error('no event came');
  return text;
}

async function startBare() {
  const server = createServer();
  const sockets = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = server.address();
  if (at === null || typeof at === 'string') throw new Error('it listens nowhere');
  return {
    url: `http://127.0.0.1:${at.port}`,
    /** Resolved when they have gone out. */
    send: (texts: readonly string[]) =>
      [...sockets.clients].map(async (socket) => {
        const { promise, resolve, reject } = Promise.withResolvers<void>();
        const last = texts.length - 1;
        for (const [index, text] of texts.entries()) {
          socket.send(text, (error) => {
            if (error) reject(error);
            else if (index === last) resolve();
          });
        }
        await promise;
      }),
    async close() {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
      server.close();
      await once(server, 'close');
    },
  };
}
