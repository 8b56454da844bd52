/** Peers and a forge as processes, as the tests of test/e2e have them, with what their journals say and when. */
import type { LogLine } from '@bzzz/peer';
import { z } from 'zod';
import { type ForgeProcess, startForge, withoutLimits } from '../../e2e/harness/forge.ts';
import { fullMesh, type PeerProcess, startPeers } from '../../e2e/harness/peer.ts';
import { createStage, type Stage } from '../../e2e/harness/stage.ts';
import { bodyOf, gatedWorld, maintainer, type RecipeName } from '../../e2e/harness/worlds.ts';
import { cpuTimeOfFamilies } from '../cpu-time.ts';
import { peakMibOf } from '../peak-memory.ts';

export interface MeshAtWork {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly peers: readonly PeerProcess[];
  /** Files an issue as somebody who is trusted, and returns its number. */
  file(recipe: RecipeName, word: string): Promise<number>;
  close(): Promise<void>;
}

/** Three peers that know each other and have nothing to do. Needs what was built, and a sandbox. */
export async function startMeshAtWork(
  timing: Readonly<Record<string, number>>,
): Promise<MeshAtWork> {
  const stage = await createStage();
  try {
    // As many tasks as are measured create more than GitHub lets an account: that is not what is measured.
    const forge = await startForge(stage, {
      ...(await gatedWorld(stage, [])),
      limits: withoutLimits,
    });
    const peers = await startPeers(stage, forge, ['ash', 'elm', 'oak'], { timing });
    await fullMesh(stage, peers);
    return {
      stage,
      forge,
      peers,
      async file(recipe, word) {
        const issue = { title: `Write ${word}`, body: bodyOf(recipe, word), labels: ['bzzz'] };
        const made = await forge.call(maintainer, 'POST', 'issues', issue);
        if (typeof made === 'object' && made !== null && 'number' in made)
          return Number(made.number);
        throw new Error('the forge made no issue');
      },
      close: stage.close,
    };
  } catch (error) {
    await stage.close();
    throw error;
  }
}

const Body = z.object({
  kind: z.string(),
  peer: z.string().optional(),
  task: z.string().optional(),
  outcome: z.string().optional(),
  intent: z
    .object({ record: z.object({ task: z.string(), state: z.string(), epoch: z.number() }) })
    .optional(),
});

export interface Told {
  readonly peer: PeerProcess;
  /** By the clock of this machine, which all of them share. */
  readonly atMs: number;
  readonly body: z.infer<typeof Body>;
}

export function toldIn(peer: PeerProcess, { entry }: LogLine): Told {
  return { peer, atMs: entry.at.wallMs, body: Body.parse(entry.body) };
}

/** What the journals of these peers say, each in its order: read from the beginning, so not while something is timed. */
export async function toldBy(peers: readonly PeerProcess[]): Promise<readonly Told[]> {
  const all = peers.map(async (peer) => {
    const lines: Told[] = [];
    for await (const line of peer.client.logs({ from: 0 })) lines.push(toldIn(peer, line));
    return lines;
  });
  return (await Promise.all(all)).flat();
}

export interface Claim {
  readonly peer: PeerProcess;
  /** When its intent was written down, right before the push. */
  readonly begunMs: number;
  readonly wonMs: number;
}

/** The claim of this epoch that won, by the journal of whoever made it; undefined: none yet. */
export function claimIn(
  told: readonly Told[],
  { task, epoch }: { readonly task: string; readonly epoch: number },
): Claim | undefined {
  const begun = told.filter(({ body: { intent } }) => {
    const { record } = intent ?? {};
    return record?.task === task && record.epoch === epoch && record.state === 'held';
  });
  return begun
    .map(({ peer, atMs: begunMs }) => {
      const settled = told.find(
        (one) =>
          one.peer === peer &&
          one.atMs >= begunMs &&
          one.body.kind === 'fence.settled' &&
          one.body.task === task,
      );
      return settled?.body.outcome === 'won' ? { peer, begunMs, wonMs: settled.atMs } : undefined;
    })
    .find((claim) => claim !== undefined);
}

export function cpuOf(peers: readonly PeerProcess[]): number {
  return cpuTimeOfFamilies(peers.map((peer) => peer.process().pid));
}

export function peakOf(peers: readonly PeerProcess[]): number {
  return peakMibOf(peers.map((peer) => peer.process().pid));
}
