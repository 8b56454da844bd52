/**
 * Ten peers that all gossip to each other, all in this process: how many deliveries a second they carry, each
 * heard and hashed by its receiver. First with 64 messages a producer under way; then pushed at twice the
 * rate that was just carried, where `publish` is all that slows them. Either way nothing may be lost.
 */
import { setTimeout as pause } from 'node:timers/promises';
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
/** What ten outboxes and the buffers of ninety streams may hold, and the garbage of the round. */
const GROWTH_MB_MAX = 256;
const steady = 'at its own pace';
const pushed = 'pushed twice over';

export const throughput: Subject = {
  name: 'throughput',
  measures: `gossip of ${MESSAGE_BYTES} B among ${PEERS} peers, all heard by all, none lost`,
  beside: 'the same, pushed at twice the rate that was carried; the plan says 8,000 a second',
  operation: 'delivery',
  equal: 'sides',
  countsChildren: false,
  goals: [
    { of: steady, beside: null, what: 'rate', must: { atLeast: 40_000 } },
    { of: pushed, beside: null, what: 'rate', must: { atLeast: 40_000 } },
    { of: pushed, beside: null, what: 'memory growth MB', must: { atMost: GROWTH_MB_MAX } },
  ],
  sizes: {
    full: { rounds: 5, warmUpRounds: 1, operations: 20 * AT_ONCE },
    small: { rounds: 1, warmUpRounds: 0, operations: AT_ONCE },
  },
  async open(seed, { operations }) {
    const tally = createTally(PEERS);
    const { all, close } = await startMeshes(PEERS, (mesh, index) => {
      mesh.subscribe(benchTopic, (from, { content }: Message) => tally.put(index, from, content));
    });
    const of = messagesOf(seed, operations);
    let carriedPerMs = 1;
    const carried = (perMs: number): void => {
      carriedPerMs = perMs;
    };
    return {
      sides: [
        side(steady, { all, tally, of }, inWindows, carried),
        side(pushed, { all, tally, of }, (producer) =>
          overPushed(producer, (2 * carriedPerMs) / (PEERS * (PEERS - 1))),
        ),
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

function side(
  name: string,
  { all, tally, of }: Field,
  produce: Produce,
  carried?: (perMs: number) => void,
): Side {
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
        figures: ({ wallMs }) => {
          carried?.(operations / wallMs);
          return { 'memory growth MB': growthMb, 'times refused': refused };
        },
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

/** Publishes what is due by the clock, and waits only where `publish` refuses to take more. */
async function overPushed({ mesh, messages }: Producer, perMs: number): Promise<number> {
  const startMs = performance.now();
  const underWay = new Set<Promise<void>>();
  let refused = 0;
  const push = async (message: Message): Promise<void> => {
    for (;;) {
      try {
        return await mesh.publish(benchTopic, message);
      } catch (error) {
        if (!(error instanceof BzzzError) || error.code !== 'mesh_backlog') throw error;
        refused += 1;
        await pause(5);
      }
    }
  };
  for (let at = 0; at < messages.length; ) {
    const due = Math.min(messages.length, Math.ceil((performance.now() - startMs) * perMs));
    for (const message of messages.slice(at, due)) {
      const pushing = push(message);
      underWay.add(pushing);
      void pushing.finally(() => underWay.delete(pushing));
    }
    at = Math.max(at, due);
    await pause(1);
  }
  await Promise.all(underWay);
  return refused;
}
