/**
 * Gossip from one peer to one, both in this process, over TCP on loopback: what a message costs the
 * two together. 64 messages are published at once and the next when all have arrived, since
 * gossipsub has no backpressure that would pace them.
 */
import { digest, seededBytes } from '../content.ts';
import type { Side, Subject } from '../subject.ts';
import { connectMeshes } from './gossip-mesh.ts';
import type { GossipPair, Message } from './gossip-pair.ts';
import { connectRaw } from './gossip-raw.ts';

const MESSAGE_BYTES = 256;
/** CBOR around the content: a map of one field, its name, and the header of a byte string. */
const OVERHEAD_BYTES = 11;
const AT_ONCE = 64;

export const gossip: Subject = {
  name: 'gossip',
  measures: `messages of ${MESSAGE_BYTES} B from one peer to one; CPU of both ends together`,
  beside: 'bare @libp2p/gossipsub, a signed message a publish, no network key',
  operation: 'delivery',
  equal: 'sides',
  countsChildren: false,
  goals: [],
  sizes: {
    full: { rounds: 9, warmUpRounds: 2, operations: 20 * AT_ONCE },
    small: { rounds: 1, warmUpRounds: 0, operations: AT_ONCE },
  },
  async open(seed, { operations }) {
    await using open = new AsyncDisposableStack();
    const ours = await connectMeshes();
    open.defer(ours.close);
    const raw = await connectRaw();
    open.defer(raw.close);
    const kept = open.move();
    const messagesOf = (round: number) =>
      Array.from({ length: operations }, (_, index) => ({
        content: seededBytes(MESSAGE_BYTES - OVERHEAD_BYTES, seed, round, index),
      }));
    return {
      sides: [
        side(`@bzzz/mesh, ${AT_ONCE} at once`, ours, messagesOf, AT_ONCE),
        side(`gossipsub, ${AT_ONCE} at once`, raw, messagesOf, AT_ONCE),
        side('@bzzz/mesh, 1 at once', ours, messagesOf, 1),
        side('gossipsub, 1 at once', raw, messagesOf, 1),
      ],
      close: () => kept.disposeAsync(),
    };
  },
};

function side(
  name: string,
  pair: GossipPair,
  messagesOf: (round: number) => readonly Message[],
  atOnce: number,
): Side {
  return {
    name,
    async prepare(round) {
      const messages = messagesOf(round);
      const envelopesBefore = pair.envelopes?.() ?? 0;
      pair.received.length = 0;
      return {
        async work() {
          for (let at = 0; at < messages.length; at += atOnce) {
            const batch = messages.slice(at, at + atOnce);
            const arrived = arrival(pair, at + batch.length);
            await Promise.all([arrived, ...batch.map((message) => pair.publish(message))]);
          }
        },
        answer: async () => digest(pair.received),
        operations: () => messages.length,
        figures: () => {
          const signatures = (pair.envelopes?.() ?? messages.length) - envelopesBefore;
          return { 'messages / signature': messages.length / signatures };
        },
      };
    },
  };
}

/** Resolves when so many arrived; rejects when that takes half a minute. */
function arrival(pair: GossipPair, count: number): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => {
    reject(new Error(`${pair.received.length} of ${count} messages arrived within 30 s`));
  }, 30_000);
  pair.onReceived = () => {
    if (pair.received.length < count) return;
    clearTimeout(timer);
    resolve();
  };
  return promise;
}
