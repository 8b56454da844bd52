/** Attempts of which nothing comes any more. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import { startPeers, untilAllSayDone, untilHolder } from './harness/peer.ts';
import { descendants, signalAll } from './harness/processes.ts';
import { lockChain, storyOf } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';
import { gatedWorld, openGate, untilWaiting } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

it('a command that waits without a word is ended with all its processes, and tried again', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'gated', word: 'oak' }], {
    limits: { stallMs: 5_000 },
  });
  const forge = await startForge(stage, world);
  const [peer] = await startPeers(stage, forge, ['ash']);
  if (peer === undefined) throw new Error('no peer was started');
  await untilHolder(stage, [peer], { number: 1, epoch: 1 });
  await untilWaiting(stage, peer);
  const below = await descendants(peer.process().pid);
  const atWork = below.filter(({ command }) => !command.includes('/programs/'));
  expect(atWork.length).toBeGreaterThan(0);
  const ended = await stage.until('the attempt has ended', async () =>
    (await peer.journal()).find(({ kind }) => kind === 'attempt.ended'),
  );
  expect(ended).toMatchObject({
    outcome: 'cancelled',
    code: 'attempt_stalled',
    reason: expect.stringMatching(/the recipe gave no sign for 5000 ms/),
  });
  await stage.until('its commands have ended', () => atWork.every(({ pid }) => !signalAll(pid, 0)));

  await untilHolder(stage, [peer], { number: 1, epoch: 2 });
  await openGate(stage, peer);
  await untilAllSayDone(stage, [peer], 1);
  const { chain } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'released 1', 'held 2', 'result 2']);
  expect(storyOf(await lockChain(forge, 1))).toHaveLength(4);
});
