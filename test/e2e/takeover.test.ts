/** An owner goes away in the middle of a task: for good, for a while, or because a person says so. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { type ForgeProcess, startForge } from './harness/forge.ts';
import { expectPublished, pullsOf } from './harness/outcome.ts';
import {
  account,
  fullMesh,
  type PeerProcess,
  startPeers,
  untilAllSayDone,
  untilHolder,
} from './harness/peer.ts';
import { descendants, signalAll } from './harness/processes.ts';
import { lockChain, storyOf, tipOf } from './harness/repository.ts';
import { createStage, type Stage, patientMs } from './harness/stage.ts';
import { gatedWorld, maintainer, openGate, untilWaiting } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

interface Scene {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly peers: readonly PeerProcess[];
  /** Holds issue 1; its command waits at the gate. */
  readonly owner: PeerProcess;
  readonly others: readonly PeerProcess[];
}

/** Peers that know each other, one of which is in the middle of issue 1. */
async function inMidTask(names: readonly string[], timing = {}): Promise<Scene> {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const forge = await startForge(
    stage,
    await gatedWorld(stage, [{ recipe: 'gated', word: 'oak' }]),
  );
  const peers = await startPeers(stage, forge, names, { timing });
  await fullMesh(stage, peers);
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, owner);
  return { stage, forge, peers, owner, others: peers.filter((peer) => peer !== owner) };
}

it('an owner that is killed in mid-task is replaced, and does nothing twice when it is back', async () => {
  // The lease is far away: only that the others see it dead lets them take over.
  const { stage, forge, owner, others, peers } = await inMidTask(['ash', 'elm', 'oak'], {
    leaseMs: 600_000,
  });
  const atWork = await descendants(owner.process().pid);
  expect(atWork.length).toBeGreaterThan(0);
  await owner.kill();
  await stage.until('its commands died with it', () =>
    atWork.every(({ pid }) => !signalAll(pid, 0)),
  );
  const taker = await untilHolder(stage, others, { number: 1, epoch: 2 });
  await openGate(stage, taker);
  await untilAllSayDone(stage, others, 1);
  const { chain } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'held 2', 'result 2']);
  expect(chain.at(-1)?.record.peer).toBe(taker.id());

  const before = await forge.requests();
  await owner.restart();
  await untilAllSayDone(stage, peers, 1);
  for (let looks = 0; looks < 3; looks += 1) await owner.look();
  const { writes, gitPushes } = await forge.requests();
  expect({ writes, gitPushes }).toEqual({ writes: before.writes, gitPushes: before.gitPushes });
  expect((await expectPublished(forge, 1)).chain).toEqual(chain);
  expect(await owner.journal()).toContainEqual(
    expect.objectContaining({ kind: 'task.ended', epoch: 2, state: 'released' }),
  );
});

it('an owner that slept beyond its lease cannot publish', async () => {
  const { stage, forge, owner, others } = await inMidTask(['ash', 'elm'], { leaseMs: 4_000 });
  // It reads the issue once more before it publishes: there it is held until it sleeps.
  await forge.addFault({ on: 'GET /repos/:owner/:repo/issues/:number', kind: 'outage' });
  await openGate(stage, owner);
  await stage.until('its result is accepted', async () =>
    (await owner.journal()).some(
      ({ kind, ...body }) => kind === 'attempt.ended' && body['outcome'] === 'accepted',
    ),
  );
  owner.pause();
  await forge.clearFaults();
  const taker = await untilHolder(stage, others, { number: 1, epoch: 2 });
  await untilWaiting(stage, taker);
  expect(await tipOf(forge.gitDir, 'bzzz/issue-1')).toBeUndefined();

  owner.resume();
  const ended = await stage.until('the old owner knows that it is fenced', async () =>
    (await owner.journal()).find(({ kind }) => kind === 'task.ended'),
  );
  expect(ended).toMatchObject({ epoch: 1, state: 'released' });
  expect(ended['reason']).toMatch(/^fenced: /);
  // It tried: with its result, or with a renewal that was under way when it fell asleep.
  expect((await owner.journal()).findLast(({ kind }) => kind === 'fence.settled')).toMatchObject({
    outcome: 'lost',
    holder: { peer: taker.id(), epoch: 2 },
  });
  expect(await tipOf(forge.gitDir, 'bzzz/issue-1')).toBeUndefined();

  await openGate(stage, taker);
  await untilAllSayDone(stage, [owner, taker], 1);
  const { chain } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'held 2', 'result 2']);
});

it('a person who assigns himself in mid-task gets the issue', async () => {
  const { stage, forge, peers, owner } = await inMidTask(['ash', 'elm']);
  const below = await descendants(owner.process().pid);
  // What starts its gits is there as long as the peer.
  const atWork = below.filter(({ command }) => !command.includes('/programs/'));
  expect(atWork.length).toBeGreaterThan(0);
  await forge.call(maintainer, 'POST', 'issues/1/assignees', { assignees: [maintainer] });
  await stage.until('every peer leaves it alone', async () => {
    const answers = await Promise.all(
      peers.map(async ({ client }) => {
        const [{ tasks }, { work }] = await Promise.all([client.tasks(), client.status()]);
        return work.running === 0 && tasks.some(({ wanted }) => !wanted);
      }),
    );
    return answers.every(Boolean);
  });
  await stage.until('its commands have ended', () => atWork.every(({ pid }) => !signalAll(pid, 0)));
  const { assignees } = await stage.until('the peer has taken itself off', async () => {
    const issue = await forge.issue(1);
    return issue.assignees.every(({ login }) => login !== account) && issue;
  });
  expect(assignees.map(({ login }) => login)).toEqual([maintainer]);
  const [comment, ...further] = await stage.until('its comment says so', async () => {
    const comments = await forge.comments(1);
    return comments[0]?.body.includes('let go of this issue') === true && comments;
  });
  expect(comment?.body).toContain(`assigned to ${maintainer}`);
  expect(further).toEqual([]);
  const story = storyOf(await lockChain(forge, 1));
  expect(story).toEqual(['held 1', 'released 1']);
  const journals = await Promise.all(peers.map((peer) => peer.journal()));
  expect(journals.flat().filter(({ kind }) => kind === 'attempt.started')).toHaveLength(1);
  expect(pullsOf(await forge.pullRequests(), 1)).toEqual([]);
  expect(await tipOf(forge.gitDir, 'bzzz/issue-1')).toBeUndefined();
});
