/**
 * A request for help that goes as deep as it may among ten peers, where only the last hop can help: from the request until
 * whoever asked has the help and knows that nobody is at it any more. Beside it what is needed at the least: as many
 * requests over the same mesh, one after another, as the tree is deep.
 */
import { hopsMax, type RequestProtocol } from '@bzzz/protocol';
import { digest } from '../content.ts';
import type { Side, Subject } from '../subject.ts';
import { benchTopic, type Message } from './group.ts';
import { type HelpPeers, startHelpPeers, type Tree } from './help-peers.ts';

const PEERS = 10;
const oursName = 'help tree';
const tripsName = `${hopsMax} round trips`;

export const helpTree: Subject = {
  name: 'help-tree',
  measures: `a help tree of depth ${hopsMax} among ${PEERS} coordinators over real meshes, work in memory; CPU of all`,
  beside: `${hopsMax} requests over the same mesh, one after another`,
  operation: 'tree',
  equal: 'sides',
  countsChildren: false,
  goals: [{ of: oursName, beside: tripsName, what: 'tree ms', must: { atMost: 3 } }],
  sizes: {
    full: { rounds: 5, warmUpRounds: 1, operations: 4 },
    small: { rounds: 1, warmUpRounds: 0, operations: 1 },
  },
  async open(_, { operations }) {
    const peers = await startHelpPeers(PEERS);
    return {
      sides: [treeSide(peers, operations), tripSide(peers, operations)],
      close: peers.close,
    };
  },
};

function treeSide(peers: HelpPeers, count: number): Side {
  return {
    name: oursName,
    async prepare() {
      const trees: Tree[] = [];
      return {
        async work() {
          for (let index = 0; index < count; index += 1) trees.push(await peers.grow());
        },
        answer: async () => digest(trees.map(({ depth, helped }) => `${depth} ${helped}`)),
        operations: () => count,
        figures: () => ({ 'tree ms': mean(trees.map(({ ms }) => ms)) }),
      };
    },
  };
}

const ping: RequestProtocol<Message, Message> = {
  name: 'bench-trip',
  version: 1,
  request: benchTopic.codec,
  response: benchTopic.codec,
  timeoutMs: 10_000,
  inFlightMax: 4,
  requestsPerSecondMax: 10_000,
};

function tripSide({ meshes }: HelpPeers, count: number): Side {
  const [first, ...others] = meshes.slice(0, hopsMax + 1);
  for (const mesh of others) mesh.handle(ping, async (_, message) => message);
  return {
    name: tripsName,
    async prepare() {
      const timesMs: number[] = [];
      return {
        async work() {
          for (let index = 0; index < count; index += 1) {
            const startMs = performance.now();
            for (const mesh of others) {
              await first?.request(ping, mesh.peer, { content: new Uint8Array(64) });
            }
            timesMs.push(performance.now() - startMs);
          }
        },
        // What a tree answers that has become as deep as it may.
        answer: async () => digest(timesMs.map(() => `${others.length} true`)),
        operations: () => count,
        figures: () => ({ 'tree ms': mean(timesMs) }),
      };
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
