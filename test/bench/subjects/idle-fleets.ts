/** Fleets of processes in which everybody is connected with everybody and nothing happens. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { livenessPresets, Timing } from '@bzzz/protocol';
import { startForge } from '../../e2e/harness/forge.ts';
import { fullMesh, startPeers } from '../../e2e/harness/peer.ts';
import { descendants } from '../../e2e/harness/processes.ts';
import { createStage } from '../../e2e/harness/stage.ts';
import { gatedWorld } from '../../e2e/harness/worlds.ts';
import { until } from '../until.ts';
import type { IdleAnswer } from './idle-answer.ts';

/** One look is every 20 ms, and takes longer than that. */
const STEADY_LOOKS = 10;

export interface IdleFleet {
  /** Of every peer its processes: its own first, then those that it started. */
  readonly processes: readonly (readonly number[])[];
  /** With how many each is connected now. */
  connections(): Promise<number[]>;
  close(): Promise<void>;
}

/** Whole peers as the `bzzz` command runs them, with a forge that has nothing for them, and the timing of production. */
export async function startIdlePeers(count: number): Promise<IdleFleet> {
  const stage = await createStage();
  try {
    const forge = await startForge(stage, await gatedWorld(stage, []));
    const names = Array.from({ length: count }, (_, index) => `peer${index}`);
    const peers = await startPeers(stage, forge, names, { timing: Timing.parse({}) });
    await fullMesh(stage, peers);
    const processes = await Promise.all(peers.map((peer) => steadyFamily(peer.process().pid)));
    return {
      processes,
      connections: () =>
        Promise.all(peers.map(async ({ client }) => (await client.status()).mesh.connected)),
      close: stage.close,
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

/** A process and what it started, when that has been the same for a while: what looks at the machine is over then. */
async function steadyFamily(pid: number): Promise<number[]> {
  let family: number[] = [];
  let alike = 0;
  await until('a peer starts no more processes', async () => {
    const now = [pid, ...(await descendants(pid)).map((below) => below.pid)];
    alike = now.join() === family.join() ? alike + 1 : 0;
    family = now;
    return alike >= STEADY_LOOKS;
  });
  return family;
}

/** The program of each, by its arguments. */
const programs = {
  /** `@bzzz/mesh` and nothing above it. */
  mesh: ['idle-mesh'],
  /** libp2p as it comes. */
  bare: ['idle-bare', 'as-it-comes'],
  /** The same, which pings as often as a peer of ours does with preset lan. */
  watchful: ['idle-bare', String(livenessPresets.lan.pingMs)],
} as const;

export async function startIdleNodes(
  kind: keyof typeof programs,
  count: number,
): Promise<IdleFleet> {
  const nodes: IdleNode[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(nodes.map((node) => node.stop()));
  };
  try {
    const addresses: string[] = [];
    for (let index = 0; index < count; index += 1) {
      const node = await startNode([...programs[kind], ...addresses]);
      nodes.push(node);
      addresses.push(...node.first.addresses.slice(0, 1));
    }
    const connections = () => Promise.all(nodes.map(async (node) => (await node.ask()).connected));
    await until('every node is connected with every other', async () =>
      (await connections()).every((connected) => connected === count - 1),
    );
    return { processes: nodes.map(({ pid }) => [pid]), connections, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface IdleNode {
  readonly pid: number;
  readonly first: IdleAnswer;
  ask(): Promise<IdleAnswer>;
  stop(): Promise<void>;
}

async function startNode([name = '', ...args]: readonly string[]): Promise<IdleNode> {
  const type = extname(import.meta.url);
  const program = fileURLToPath(new URL(`${name}${type}`, import.meta.url));
  const child = fork(program, args, {
    execArgv: type === '.ts' ? ['--conditions=bzzz-source'] : [],
  });
  const exited = once(child, 'exit');
  const { pid } = child;
  const first = await answerOf(child, exited);
  if (pid === undefined) throw new Error('a process without an id');
  return {
    pid,
    first,
    ask() {
      const answer = answerOf(child, exited);
      child.send('how many?');
      return answer;
    },
    async stop() {
      if (child.connected) child.disconnect();
      await exited;
    },
  };
}

async function answerOf(child: ChildProcess, exited: Promise<unknown>): Promise<IdleAnswer> {
  const [told]: unknown[] = await Promise.race([
    once(child, 'message'),
    exited.then(() => {
      throw new Error('a node has ended');
    }),
  ]);
  if (isAnswer(told)) return told;
  throw new Error('a node told something else');
}

function isAnswer(told: unknown): told is IdleAnswer {
  return (
    typeof told === 'object' &&
    told !== null &&
    'connected' in told &&
    typeof told.connected === 'number' &&
    'addresses' in told &&
    Array.isArray(told.addresses)
  );
}
