/** What people tell bzzz by comments on an issue. */
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
  gatedWorld,
  maintainer,
  openGate,
  type RecipeName,
  stranger,
  untilWaiting,
} from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

interface Scene {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly peers: readonly PeerProcess[];
}

async function twoPeers(recipe: RecipeName): Promise<Scene> {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const forge = await startForge(stage, await gatedWorld(stage, [{ recipe, word: 'oak' }]));
  const peers = await startPeers(stage, forge, ['ash', 'elm']);
  await fullMesh(stage, peers);
  return { stage, forge, peers };
}

it('retry: a task that failed is tried again, its attempts counted anew', async () => {
  const { stage, forge, peers } = await twoPeers('awaiting');
  await untilAll({ stage, forge, peers }, ({ state }) => state === 'failed');
  await untilNeedsPerson({ stage, peers }, true);
  const content = Buffer.from('yes').toString('base64');
  await forge.call(maintainer, 'PUT', 'contents/ready', { message: 'Be ready', content });
  // The first two are no commands: nobody trusts him, and it does not begin with it.
  await say(forge, '/bzzz retry', stranger);
  await say(forge, 'Would somebody\n/bzzz retry');
  await say(forge, '/bzzz retry');
  await untilAllSayDone(stage, peers, 1);
  await untilNeedsPerson({ stage, peers }, false);
  const { chain } = await expectPublished(forge, 1);
  expect(storyOf(chain).slice(-3)).toEqual(['failed 3', 'held 4', 'result 4']);
  expect(chain.find(({ record }) => record.epoch === 4)?.record).toMatchObject({ attempt: 1 });
});

it('stop: who holds it gives it back, and nobody tries again until somebody says retry', async () => {
  const { stage, forge, peers } = await twoPeers('gated');
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, owner);
  await say(forge, '/bzzz stop', stranger);
  await say(forge, '/bzzz stop');
  await untilLeft({ stage, forge, peers }, /mara said \/bzzz stop/, 1);
  await forge.call(maintainer, 'DELETE', 'issues/1/labels/bzzz');
  await forge.call(maintainer, 'POST', 'issues/1/labels', { labels: ['bzzz'] });
  await owner.restart();
  await fullMesh(stage, peers);
  await untilLeft({ stage, forge, peers }, /mara said \/bzzz stop/, 1);
  await say(forge, '/bzzz retry');
  await openGate(stage, await untilHolder(stage, peers, { number: 1, epoch: 2 }));
  await untilAllSayDone(stage, peers, 1);
  const { chain } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'released 1', 'held 2', 'result 2']);
});

it('release: it is left to people until the label is put on anew', async () => {
  const { stage, forge, peers } = await twoPeers('gated');
  await untilWaiting(stage, await untilHolder(stage, peers, { number: 1, epoch: 1 }));
  await say(forge, '/bzzz release');
  await untilLeft({ stage, forge, peers }, /mara said \/bzzz release/, 1);
  await untilNextSecond(stage, forge);
  await forge.call(maintainer, 'DELETE', 'issues/1/labels/bzzz');
  await forge.call(maintainer, 'POST', 'issues/1/labels', { labels: ['bzzz'] });
  await openGate(stage, await untilHolder(stage, peers, { number: 1, epoch: 2 }));
  await untilAllSayDone(stage, peers, 1);
  const { chain } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'released 1', 'held 2', 'result 2']);
});

async function say(forge: ForgeProcess, body: string, who = maintainer): Promise<void> {
  await forge.call(who, 'POST', 'issues/1/comments', { body });
}

type Task = Awaited<ReturnType<PeerProcess['client']['tasks']>>['tasks'][number];

async function untilAll({ stage, peers }: Scene, is: (task: Task) => boolean): Promise<void> {
  await stage.until('every peer says so of the task', async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.tasks()));
    return answers.every(({ tasks }) => tasks.some(is));
  });
}

async function untilLeft(scene: Scene, why: RegExp, epoch: number): Promise<void> {
  const { stage, forge } = scene;
  await untilAll(scene, ({ reason }) => why.test(reason ?? ''));
  await stage.until('the claim is given back', async () =>
    storyOf(await lockChain(forge, 1)).includes(`released ${epoch}`),
  );
}

const Touched = z.object({ updated_at: z.string() });

/** Times of a forge have whole seconds, and a label in that of the comment is not after it. */
async function untilNextSecond(stage: Stage, forge: ForgeProcess): Promise<void> {
  await stage.until('the second of the last change is over', async () => {
    const { updated_at: at } = Touched.parse(await forge.call(maintainer, 'GET', 'issues/1'));
    return Date.now() >= Date.parse(at) + 1_000;
  });
}

/** Every peer's status tells that a task waits for a person; or none does. */
async function untilNeedsPerson(
  { stage, peers }: Pick<Scene, 'stage' | 'peers'>,
  needed: boolean,
): Promise<void> {
  await stage.until(`a person is ${needed ? '' : 'no longer '}asked for`, async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.status()));
    return answers.every(
      ({ problems }) => problems.some(({ code }) => code === 'tasks_need_person') === needed,
    );
  });
}
