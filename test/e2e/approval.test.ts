/** An issue of a stranger: left alone, worked on once a maintainer approves it, let go when it is edited. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { type ForgeProcess, startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import {
  fullMesh,
  type PeerProcess,
  startPeers,
  untilAllSayDone,
  untilHolder,
} from './harness/peer.ts';
import { lockChain, storyOf } from './harness/repository.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import {
  bodyOf,
  gatedWorld,
  maintainer,
  openGate,
  stranger,
  untilWaiting,
} from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const Touched = z.object({ updated_at: z.string() });

it('is worked on in the words that a maintainer put the label on, and in no others', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const issue = { recipe: 'gated', word: 'oak', author: stranger } as const;
  const forge = await startForge(stage, await gatedWorld(stage, [issue]));
  const peers = await startPeers(stage, forge, ['ash', 'elm']);
  await fullMesh(stage, peers);
  await untilLeft(stage, peers, /mallory is NONE here.*nobody of these has put bzzz on/);

  await approve(stage, forge);
  const first = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, first);
  await forge.call(stranger, 'PATCH', 'issues/1', { body: bodyOf('gated', 'elm') });
  await untilLeft(stage, peers, /nobody of these has put bzzz on/);
  await stage.until('the claim is given back', async () =>
    storyOf(await lockChain(forge, 1)).includes('released 1'),
  );

  await approve(stage, forge);
  const second = await untilHolder(stage, peers, { number: 1, epoch: 2 });
  await openGate(stage, second);
  await untilAllSayDone(stage, peers, 1);
  const { chain, pullRequest } = await expectPublished(forge, 1);
  const story = storyOf(chain);
  // A look from before the label was put on again may arrive after the claim, which is given back for it, once.
  const again = story.includes('released 2') ? ['released 2', 'held 3', 'result 3'] : ['result 2'];
  expect(story).toEqual(['held 1', 'released 1', 'held 2', ...again]);
  expect(pullRequest.title).toContain('oak');
  expect(await forge.call(maintainer, 'GET', 'contents/elm.txt?ref=bzzz/issue-1')).toMatchObject({
    path: 'elm.txt',
  });
});

/** Takes the label off and puts it on, once the second is over in which the issue was touched last. */
async function approve(stage: Stage, forge: ForgeProcess): Promise<void> {
  await stage.until('the second of the last edit is over', async () => {
    const { updated_at: at } = Touched.parse(await forge.call(maintainer, 'GET', 'issues/1'));
    return Date.now() >= Date.parse(at) + 1_000;
  });
  await forge.call(maintainer, 'DELETE', 'issues/1/labels/bzzz');
  await forge.call(maintainer, 'POST', 'issues/1/labels', { labels: ['bzzz'] });
}

async function untilLeft(
  stage: Stage,
  peers: readonly PeerProcess[],
  reason: RegExp,
): Promise<void> {
  await stage.until('every peer leaves it alone', async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.tasks()));
    return answers.every(({ tasks }) => tasks.some(({ reason: said }) => reason.test(said ?? '')));
  });
}
