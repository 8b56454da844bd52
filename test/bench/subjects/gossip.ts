/**
 * Gossip from one peer to one, both in this process, over TCP on loopback: what a message costs the
 * two together. 64 messages are published at once and the next when all have arrived, since
 * gossipsub has no backpressure that would pace them.
 */
import type { Subject } from '../subject.ts';
import { groupSide, MESSAGE_BYTES, messagesOf } from './group-side.ts';
import { gossipMeshes } from './mesh-group.ts';
import { gossipRaw } from './raw-group.ts';

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
    const ours = await gossipMeshes(1);
    open.defer(ours.close);
    const raw = await gossipRaw(1);
    open.defer(raw.close);
    const of = messagesOf(seed, operations);
    const kept = open.move();
    return {
      sides: [
        groupSide(`@bzzz/mesh, ${AT_ONCE} at once`, ours, { of, atOnce: AT_ONCE }),
        groupSide(`gossipsub, ${AT_ONCE} at once`, raw, { of, atOnce: AT_ONCE }),
        groupSide('@bzzz/mesh, 1 at once', ours, { of, atOnce: 1 }),
        groupSide('gossipsub, 1 at once', raw, { of, atOnce: 1 }),
      ],
      close: () => kept.disposeAsync(),
    };
  },
};
