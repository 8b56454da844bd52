/** A policy that has unfinished work pushed: whoever takes over goes on from it. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import { fullMesh, startPeers, untilAllSayDone, untilHolder } from './harness/peer.ts';
import { git, lockChain } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';
import { gatedWorld, openGate, untilWaiting } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

it('the work of an owner that was killed is not lost, and not published before its end', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'adding', word: 'oak' }], {
    checkpointMs: 1_000,
  });
  const forge = await startForge(stage, world);
  const peers = await startPeers(stage, forge, ['ash', 'elm', 'oak']);
  await fullMesh(stage, peers);
  const owner = await untilHolder(stage, peers, { number: 1, epoch: 1 });
  await untilWaiting(stage, owner);
  const work = await stage.until('the lock names work that was pushed', async () => {
    const record = (await lockChain(forge, 1)).at(-1)?.record;
    return record?.state === 'held' ? record.work : undefined;
  });
  expect(await git(forge.gitDir, 'show', `${work}:oak.txt`)).toBe('oak');
  expect(await forge.pullRequests()).toEqual([]);

  await owner.kill();
  const others = peers.filter((peer) => peer !== owner);
  const taker = await untilHolder(stage, others, { number: 1, epoch: 2 });
  await openGate(stage, taker);
  await untilAllSayDone(stage, others, 1);
  const { chain } = await expectPublished(forge, 1);
  const last = chain.at(-1)?.record;
  expect(last).toMatchObject({ state: 'result', epoch: 2, peer: taker.id() });
  // A line of each.
  expect(await git(forge.gitDir, 'show', 'bzzz/issue-1:oak.txt')).toBe('oak\noak');
  const started = (await taker.journal()).find((one) => one.kind === 'attempt.started');
  expect(started).toHaveProperty('from');
});
