/**
 * Ten peers that all gossip to each other, all in this process: how many deliveries a second they carry, each
 * heard and hashed by its receiver. First with 64 messages a producer under way until all have heard them; then
 * pushed by twice as many callers as an outbox takes, who wait for `publish` alone. Nothing may be lost.
 */
import type { MeshService } from '@bzzz/mesh';
import { BzzzError } from '@bzzz/protocol';
import type { Side, Subject } from '../subject.ts';
import { benchTopic, type Message } from './group.ts';
import { MESSAGE_BYTES, messagesOf } from './group-side.ts';
import { startMeshes } from './mesh-group.ts';
import { watchMemory } from './memory.ts';
import { createTally, type Tally } from './tally.ts';

const PEERS = 10;
const AT_ONCE = 64;
/** Less than a peer has by itself, so that it is full in a short round too. */
const OUTBOX = 256;
const CALLERS = 2 * OUTBOX;
/** What ten outboxes and the buffers of ninety streams may hold, and the garbage of the round. */
const GROWTH_MB_MAX = 256;
const steady = 'at its own pace';
const pushed = 'pushed twice over';

export const throughput: Subject = {
  name: 'throughput',
  measures: `gossip of ${MESSAGE_BYTES} B among ${PEERS} peers, all heard by all, none lost`,
  beside: `the same, pushed by ${CALLERS} callers a peer into outboxes of ${OUTBOX}; the plan says 8,000 a second`,
  operation: 'delivery',
  equal: 'sides',
  countsChildren: false,
  goals: [
    { of: steady, beside: null, what: 'rate', must: { atLeast: 40_000 } },
    { of: pushed, beside: null, what: 'rate', must: { atLeast: 40_000 } },
    // They are slowed.
    { of: pushed, beside: null, what: 'times refused', must: { atLeast: 1 } },
    { of: pushed, beside: null, what: 'memory growth MB', must: { atMost: GROWTH_MB_MAX } },
  ],
  sizes: {
    full: { rounds: 5, warmUpRounds: 1, operations: 20 * AT_ONCE },
    small: { rounds: 1, warmUpRounds: 0, operations: 5 * AT_ONCE },
  },
  async open(seed, { operations }) {
    const tally = createTally(PEERS);
    const listen = (mesh: MeshService, index: number): void => {
      mesh.subscribe(benchTopic, (from, { content }: Message) => tally.put(index, from, content));
    };
    const { all, close } = await startMeshes(PEERS, listen, { outboxMessagesMax: OUTBOX });
    const of = messagesOf(seed, operations);
    return {
      sides: [
        side(steady, { all, tally, of }, inWindows),
        side(pushed, { all, tally, of }, overPushed),
      ],
      close,
    };
  },
};

interface Field {
  readonly all: readonly MeshService[];
  readonly tally: Tally;
  readonly of: (round: number) => readonly Message[];
}

interface Producer {
  readonly mesh: MeshService;
  readonly messages: readonly Message[];
  /** Resolves when so many messages of this producer came to every other peer. */
  readonly heard: (count: number) => Promise<void>;
}

/** Resolves, when all is published, to how often `publish` refused. */
type Produce = (producer: Producer) => Promise<number>;

function side(name: string, { all, tally, of }: Field, produce: Produce): Side {
  return {
    name,
    async prepare(round) {
      // Everybody publishes the same: what tells messages apart is their author.
      const messages = of(round);
      const operations = messages.length * PEERS * (PEERS - 1);
      let refused = 0;
      let growthMb = 0;
      tally.empty();
      return {
        async work() {
          const memory = watchMemory();
          try {
            const producing = all.map(async (mesh) => {
              const heard = (count: number) => tally.heard(mesh.peer, count);
              refused += await produce({ mesh, messages, heard });
              await heard(messages.length);
            });
            await Promise.all(producing);
          } finally {
            growthMb = memory.stop();
          }
        },
        answer: async () => tally.digest(messages.length),
        operations: () => operations,
        figures: () => ({ 'memory growth MB': growthMb, 'times refused': refused }),
      };
    },
  };
}

async function inWindows({ mesh, messages, heard }: Producer): Promise<number> {
  for (let at = 0; at < messages.length; at += AT_ONCE) {
    const batch = messages.slice(at, at + AT_ONCE);
    await Promise.all(batch.map((message) => mesh.publish(benchTopic, message)));
    await heard(at + batch.length);
  }
  return 0;
}

/** Each caller publishes one message after the other; who is refused tries again when another got through. */
async function overPushed({ mesh, messages }: Producer): Promise<number> {
  let refused = 0;
  let through = Promise.withResolvers<void>();
  const push = async (message: Message): Promise<void> => {
    for (;;) {
      const next = through.promise;
      try {
        await mesh.publish(benchTopic, message);
        through.resolve();
        through = Promise.withResolvers();
        return;
      } catch (error) {
        if (!(error instanceof BzzzError) || error.code !== 'mesh_backlog') throw error;
        refused += 1;
        await next;
      }
    }
  };
  const queue = messages.values();
  const callers = Array.from({ length: CALLERS }, async () => {
    for (const message of queue) await push(message);
  });
  await Promise.all(callers);
  return refused;
}
