/** Where several tests begin. */
import { onTestFinished } from 'vitest';
import { type ForgeProcess, type PullRequest, startForge } from './forge.ts';
import { pullsOf } from './outcome.ts';
import { fullMesh, type PeerProcess, startPeers, untilAllSayDone } from './peer.ts';
import { createStage, type Stage } from './stage.ts';
import { gatedWorld } from './worlds.ts';

export interface DoneScene {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly peers: readonly PeerProcess[];
  readonly pull: PullRequest;
}

/** Two peers that know each other, and issue 1, which is done. */
export async function doneByTwo(timing: Readonly<Record<string, number>> = {}): Promise<DoneScene> {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const forge = await startForge(
    stage,
    await gatedWorld(stage, [{ recipe: 'quick', word: 'oak' }]),
  );
  const peers = await startPeers(stage, forge, ['ash', 'elm'], { timing });
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);
  const [pull] = pullsOf(await forge.pullRequests(), 1);
  if (pull === undefined) throw new Error('issue 1 is done without a pull request');
  return { stage, forge, peers, pull };
}
