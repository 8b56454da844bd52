/** People do the unexpected to a task's branches and pull request while a peer works on it. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { type ForgeProcess, startForge } from './harness/forge.ts';
import { expectPublished, expectQuiet, pullsOf } from './harness/outcome.ts';
import {
  fullMesh,
  type PeerProcess,
  startPeers,
  untilAllSayDone,
  untilHolder,
} from './harness/peer.ts';
import { lockChain, pushAsPerson, storyOf, tipOf } from './harness/repository.ts';
import { createStage, patientMs, type Stage } from './harness/stage.ts';
import { gatedWorld, maintainer, openGate, untilWaiting } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const branch = 'bzzz/issue-1';
const openPull = 'POST /repos/:owner/:repo/pulls';

interface Scene {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly peers: readonly PeerProcess[];
}

/** Three peers that know each other, and one issue. */
async function threePeers(recipe: 'quick' | 'gated', timing = {}): Promise<Scene> {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const forge = await startForge(stage, await gatedWorld(stage, [{ recipe, word: 'oak' }]));
  const peers = await startPeers(stage, forge, ['ash', 'elm', 'oak'], { timing });
  await fullMesh(stage, peers);
  return { stage, forge, peers };
}

async function untilStruck({ stage, forge }: Scene, times: number): Promise<void> {
  await stage.until(`the forge has denied ${times} requests`, async () =>
    (await forge.faults()).some(({ struck }) => struck >= times),
  );
}

it('an owner that sleeps before its pull request opens no second one when a person closed the first', async () => {
  const scene = await threePeers('gated', { leaseMs: 10_000 });
  const { stage, forge, peers } = scene;
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  const others = peers.filter((peer) => peer !== owner);
  await forge.addFault({ on: openPull, kind: 'outage' });
  await openGate(stage, owner);
  // So often that it is asleep between two tries, and not within one.
  await untilStruck(scene, 4);
  owner.pause();
  expect(storyOf(await lockChain(forge, 1))).toEqual(['held 1', 'result 1']);
  await forge.clearFaults();

  await untilAllSayDone(stage, others, 1);
  const { chain, pullRequest } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'result 1', 'result 2']);
  expect(chain.at(-1)?.record.peer).not.toBe(owner.id());
  await forge.call(maintainer, 'PATCH', `pulls/${pullRequest.number}`, { state: 'closed' });

  owner.resume();
  await untilAllSayDone(stage, [owner], 1);
  await expectQuiet(forge, peers);
  const pulls = pullsOf(await forge.pullRequests(), 1);
  expect(pulls).toEqual([{ ...pullRequest, state: 'closed' }]);
  expect(await lockChain(forge, 1)).toEqual(chain);
});

it('a person who makes the result branch in mid-task keeps it, and gets the issue', async () => {
  const { stage, forge, peers } = await threePeers('gated');
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, owner);
  const pushed = await pushAsPerson(stage, forge, { login: maintainer, branch });
  await openGate(stage, owner);
  await untilGivenBack({ stage, forge, peers }, 1);
  await expectQuiet(forge, peers);
  await expectLetGo(forge, /a person deleted or moved a branch/);
  expect(await tipOf(forge.gitDir, branch)).toBe(pushed);
  expect(storyOf(await lockChain(forge, 1))).toEqual(['held 1', 'released 1']);
});

it('whoever takes over does not overwrite the branch that a person made meanwhile', async () => {
  const { stage, forge, peers } = await threePeers('gated', { leaseMs: 600_000 });
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, owner);
  const pushed = await pushAsPerson(stage, forge, { login: maintainer, branch });
  await owner.kill();
  const others = peers.filter((peer) => peer !== owner);
  await untilGivenBack({ stage, forge, peers: others }, 2);
  await owner.restart();
  await untilGivenBack({ stage, forge, peers: [owner] }, 2);
  await expectQuiet(forge, peers);
  await expectLetGo(forge, /a result branch stands that no claim explains/);
  expect(await tipOf(forge.gitDir, branch)).toBe(pushed);
  expect(storyOf(await lockChain(forge, 1))).toEqual(['held 1', 'held 2', 'released 2']);
});

it('a person who goes on from a published result keeps the pull request and every commit', async () => {
  const scene = await threePeers('gated');
  const { stage, forge, peers } = scene;
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await forge.addFault({ on: openPull, kind: 'outage' });
  await openGate(stage, owner);
  await untilStruck(scene, 1);
  const early = await pushAsPerson(stage, forge, { login: maintainer, branch });
  await forge.clearFaults();
  await untilAllSayDone(stage, peers, 1);
  const chain = await lockChain(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'result 1']);
  const [pull, ...further] = pullsOf(await forge.pullRequests(), 1);
  expect(pull).toMatchObject({ state: 'open', draft: true, head: { sha: early } });
  expect(further).toEqual([]);

  const late = await pushAsPerson(stage, forge, { login: maintainer, branch });
  await expectQuiet(forge, peers);
  await owner.restart();
  await untilAllSayDone(stage, peers, 1);
  await expectQuiet(forge, peers);
  expect(await tipOf(forge.gitDir, branch)).toBe(late);
  expect(pullsOf(await forge.pullRequests(), 1)).toEqual([
    { ...pull, head: { ref: branch, sha: late } },
  ]);
  expect(await lockChain(forge, 1)).toEqual(chain);
});

it('a result for which the forge takes no pull request is left to a person, once', async () => {
  const { stage, forge, peers } = await threePeers('gated');
  const message = 'Nobody may open pull requests here';
  await forge.addFault({ on: openPull, kind: 'status', status: 422, message });
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await openGate(stage, owner);
  await untilAll(stage, peers, 'failed');
  await expectQuiet(forge, peers);
  // What it had to say is said: its death moves nobody.
  await owner.kill();
  const others = peers.filter((peer) => peer !== owner);
  await untilDead(stage, others, owner);
  await expectQuiet(forge, others);

  expect(storyOf(await lockChain(forge, 1))).toEqual(['held 1', 'result 1']);
  expect(pullsOf(await forge.pullRequests(), 1)).toEqual([]);
  const [comment, ...further] = await forge.comments(1);
  expect(comment?.body).toContain('needs a person');
  expect(comment?.body).toContain(message);
  expect(further).toEqual([]);
  const { labels } = await forge.issue(1);
  expect(labels.map(({ name }) => name)).toEqual(['bzzz', 'bzzz:needs-person']);
});

/** Its holder has ended the claim of this epoch, and every peer has seen whose the branch is. */
async function untilGivenBack({ stage, peers }: Scene, epoch: number): Promise<void> {
  await stage.until(`the claim of epoch ${epoch} is given back`, async () => {
    const journals = await Promise.all(peers.map((peer) => peer.journal()));
    return journals
      .flat()
      .some(({ kind, ...body }) => kind === 'task.ended' && body['epoch'] === epoch);
  });
  await stage.until('every peer leaves the task to a person', async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.tasks()));
    return answers.every(({ tasks }) =>
      tasks.some(
        ({ state, reason }) =>
          state === 'released' && /no claim explains|a person deleted or moved/.test(reason ?? ''),
      ),
    );
  });
}

async function untilAll(stage: Stage, peers: readonly PeerProcess[], state: string): Promise<void> {
  await stage.until(`every peer calls the task ${state}`, async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.tasks()));
    return answers.every(({ tasks }) => tasks.some((one) => one.state === state));
  });
}

/** The others have agreed that this peer is gone; what they make of that they make at once. */
async function untilDead(
  stage: Stage,
  others: readonly PeerProcess[],
  gone: PeerProcess,
): Promise<void> {
  await stage.until(`${gone.name} is known to be dead`, async () => {
    const answers = await Promise.all(others.map(({ client }) => client.peers()));
    return answers.every(({ peers }) =>
      peers.some(({ id, liveness }) => id === gone.id() && liveness === 'dead'),
    );
  });
}

/** The issue is free again, and its one comment says why. */
async function expectLetGo(forge: ForgeProcess, reason: RegExp): Promise<void> {
  const [comment, ...further] = await forge.comments(1);
  expect(comment?.body).toContain('let go of this issue');
  expect(comment?.body).toMatch(reason);
  expect(further).toEqual([]);
  expect((await forge.issue(1)).assignees).toEqual([]);
  expect(pullsOf(await forge.pullRequests(), 1)).toEqual([]);
}
