/**
 * Direct messages over a channel, to one peer and to nine, all in this process: encrypted twice, checked by
 * a schema at both ends. Beside them NATS core, which does neither: bytes through its server.
 */
import type { Side, Subject } from '../subject.ts';
import type { Group } from './group.ts';
import { groupSide, MESSAGE_BYTES, messagesOf } from './group-side.ts';
import { channelMeshes } from './mesh-group.ts';
import { natsGroup, startNats } from './nats-group.ts';

const AT_ONCE = 64;
const groups = [
  { receivers: 1, ours: '@bzzz/mesh, one to one', nats: 'NATS core, one to one' },
  { receivers: 9, ours: '@bzzz/mesh, one to nine', nats: 'NATS core, one to nine' },
];

export const message: Subject = {
  name: 'message',
  measures: `direct messages of ${MESSAGE_BYTES} B, ${AT_ONCE} at once; CPU of all together`,
  beside: 'NATS core, its server and clients counted; no schema, no encryption',
  operation: 'delivery',
  equal: 'sides',
  countsChildren: false,
  goals: groups.map(({ ours, nats }) => ({
    of: ours,
    beside: nats,
    what: 'CPU time',
    must: { atMost: 1.5 },
  })),
  sizes: {
    // The server's time is told in ticks of 10 ms: enough messages for several of them.
    full: { rounds: 5, warmUpRounds: 1, operations: 200 * AT_ONCE },
    small: { rounds: 1, warmUpRounds: 0, operations: AT_ONCE },
  },
  async open(seed, { operations }, rivals) {
    await using open = new AsyncDisposableStack();
    const side = (name: string, group: Group): Side => {
      open.defer(group.close);
      return groupSide(name, group, { of: messagesOf(seed, operations), atOnce: AT_ONCE });
    };
    const sides: Side[] = [];
    for (const { ours, receivers } of groups)
      sides.push(side(ours, await channelMeshes(receivers)));
    const started = await startNats(
      rivals,
      groups.map(({ nats }) => nats),
    );
    if ('server' in started) {
      const { server } = started;
      open.defer(server.stop);
      for (const { nats, receivers } of groups) {
        sides.push(side(nats, await natsGroup(server, receivers)));
      }
    }
    const kept = open.move();
    return {
      sides,
      absent: 'absent' in started ? started.absent : [],
      close: () => kept.disposeAsync(),
    };
  },
};
