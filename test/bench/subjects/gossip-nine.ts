/**
 * Signed gossip from one peer to nine, all in this process and connected with each other, so that whoever gets
 * a message hands it on as well. Beside it bare gossipsub, and NATS core, which signs and encrypts nothing.
 */
import type { Side, Subject } from '../subject.ts';
import { groupSide, MESSAGE_BYTES, messagesOf } from './group-side.ts';
import { gossipMeshes } from './mesh-group.ts';
import { natsGroup, startNats } from './nats-group.ts';
import { gossipRaw } from './raw-group.ts';

const AT_ONCE = 64;
const RECEIVERS = 9;

const ours = '@bzzz/mesh';
const raw = 'gossipsub';
const nats = 'NATS core';

export const gossipNine: Subject = {
  name: 'gossip-nine',
  measures: `gossip of ${MESSAGE_BYTES} B from one peer to ${RECEIVERS}, ${AT_ONCE} at once; CPU of all together`,
  beside: 'bare @libp2p/gossipsub, a signed message a publish; NATS core, its server counted',
  operation: 'delivery',
  equal: 'sides',
  countsChildren: false,
  goals: [
    { of: ours, beside: nats, what: 'CPU time', must: { atMost: 5 } },
    { of: raw, beside: ours, what: 'CPU time', must: { atLeast: 20 } },
  ],
  sizes: {
    full: { rounds: 5, warmUpRounds: 1, operations: 40 * AT_ONCE },
    small: { rounds: 1, warmUpRounds: 0, operations: AT_ONCE },
  },
  async open(seed, { operations }, rivals) {
    await using open = new AsyncDisposableStack();
    const side = (name: string, group: Awaited<ReturnType<typeof gossipRaw>>): Side => {
      open.defer(group.close);
      return groupSide(name, group, { of: messagesOf(seed, operations), atOnce: AT_ONCE });
    };
    const sides = [
      side(ours, await gossipMeshes(RECEIVERS)),
      side(raw, await gossipRaw(RECEIVERS)),
    ];
    const started = await startNats(rivals, [nats]);
    if ('server' in started) {
      open.defer(started.server.stop);
      sides.push(side(nats, await natsGroup(started.server, RECEIVERS)));
    }
    const kept = open.move();
    return {
      sides,
      absent: 'absent' in started ? started.absent : [],
      close: () => kept.disposeAsync(),
    };
  },
};
