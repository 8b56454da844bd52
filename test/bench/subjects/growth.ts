/**
 * What a peer costs as the mesh grows. Real, all in this process, over loopback: meshes that start until everybody is connected
 * with everybody, that gossip, and that have nothing to do, of twenty at most: one process cannot be more machines than
 * that and still say anything of one. Simulated: whole coordinators of production in virtual time, of which events are counted
 * while they idle, and claims when issues come.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { rush } from '@bzzz/testkit';
import { cpuTimeMs } from '../cpu-time.ts';
import { digest } from '../content.ts';
import type { Goal } from '../goals.ts';
import type { Side, Subject } from '../subject.ts';
import { until } from '../until.ts';
import { benchTopic, type Message } from './group.ts';
import { messagesOf } from './group-side.ts';
import { startMeshes } from './mesh-group.ts';
import { createTally } from './tally.ts';

const counts = [5, 10, 20, 50, 100];
const REAL_MAX = 20;
/** Where only it is seen that it works. */
const SMALL_MAX = 10;
const MESSAGES = 64;
const IDLE_MS = 5_000;

const real = {
  start: 'start, CPU ms / peer',
  gossip: 'gossip, CPU us / delivery',
  idle: 'idle, CPU ms / s of a peer',
} as const;
const simulated = {
  events: 'simulated idle, events / s of a peer',
  claims: 'simulated claims / issue',
} as const;

/** Sent until everybody has had one. */
const probe = { content: new Uint8Array(1) };

const nameOf = (peers: number): string => `${peers} peers`;
/** How much the cost of a peer may rise from five to so many, to be logarithmic. */
function goalOf(what: string, peers: number): Goal {
  const atMost = Number((Math.log(peers) / Math.log(5)).toPrecision(3));
  return { of: nameOf(peers), beside: nameOf(5), what, must: { atMost } };
}

export const growth: Subject = {
  name: 'growth',
  measures:
    'start, gossip and idling of meshes in this process; idling and claims of simulated coordinators',
  beside: 'itself with five peers',
  operation: 'peer',
  equal: 'rounds',
  countsChildren: false,
  goals: [
    ...Object.values(real).map((what) => goalOf(what, REAL_MAX)),
    ...Object.values(simulated).map((what) => goalOf(what, 100)),
  ],
  curves: [...Object.values(real), ...Object.values(simulated)],
  sizes: {
    full: { rounds: 2, warmUpRounds: 0, operations: 100 },
    small: { rounds: 1, warmUpRounds: 0, operations: SMALL_MAX },
  },
  async open(seed, { operations }) {
    const isFull = operations > SMALL_MAX;
    return {
      sides: counts
        .filter((peers) => peers <= operations)
        .map((peers) => side(seed, peers, isFull ? IDLE_MS : 500)),
      absent: counts
        .filter((peers) => peers > operations)
        .map((peers) => ({ side: nameOf(peers), why: 'it runs only in the full size' })),
      close: async () => {},
    };
  },
};

function side(seed: string, peers: number, idleMs: number): Side {
  const messages = messagesOf(seed, MESSAGES)(0);
  return {
    name: nameOf(peers),
    async prepare() {
      const costs = new Map<string, number>();
      let answer = '';
      return {
        async work() {
          const heard = peers > REAL_MAX ? [] : [await live({ peers, messages, idleMs, costs })];
          const { claims, claimed, idleEvents, hash } = await rush({ seed, peers, tasks: 4 });
          costs.set(simulated.events, idleEvents / 60 / peers);
          costs.set(simulated.claims, claims / claimed);
          answer = digest([...heard, hash, String(claimed)]);
        },
        answer: async () => answer,
        operations: () => peers,
        figures: () => Object.fromEntries(costs),
      };
    },
  };
}

interface Life {
  readonly peers: number;
  readonly messages: readonly Message[];
  readonly idleMs: number;
  /** What it cost, by figure. */
  readonly costs: Map<string, number>;
}

/** Starts so many, has one of them gossip, lets them be idle, and ends them. Returns what each heard, digested. */
async function live({ peers, messages, idleMs, costs }: Life): Promise<string> {
  const tally = createTally(peers);
  const reached = new Set<number>();
  const spent = cpuClock();
  const { all, close } = await startMeshes(peers, (mesh, index) => {
    mesh.subscribe(benchTopic, (author, { content }) => {
      if (content.byteLength === probe.content.byteLength) reached.add(index);
      else tally.put(index, author, content);
    });
  });
  try {
    costs.set(real.start, spent() / peers);
    const [sender] = all;
    if (sender === undefined) throw new Error('no peer');
    await until('gossip reaches everybody', async () => {
      await sender.publish(benchTopic, probe);
      return reached.size === peers - 1;
    });
    spent();
    const heard = tally.heard(sender.peer, MESSAGES);
    await Promise.all(messages.map((message) => sender.publish(benchTopic, message)));
    await heard;
    costs.set(real.gossip, (1_000 * spent()) / MESSAGES / (peers - 1));
    await pause(idleMs);
    costs.set(real.idle, (1_000 * spent()) / idleMs / peers);
    return tally.digest(MESSAGES, 1);
  } finally {
    await close();
  }
}

/** Tells what CPU time this process has taken since it was asked before. */
function cpuClock(): () => number {
  let lastMs = cpuTimeMs({ children: false, processes: [] });
  return () => {
    const nowMs = cpuTimeMs({ children: false, processes: [] });
    const spentMs = nowMs - lastMs;
    lastMs = nowMs;
    return spentMs;
  };
}
