/** A lock branch that somebody deleted: what was done is remembered by the journals. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { startForge } from './harness/forge.ts';
import { pullsOf } from './harness/outcome.ts';
import { fullMesh, startPeers, untilAllSayDone } from './harness/peer.ts';
import { tipOf } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';
import { gatedWorld, maintainer } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

it('a task whose lock is gone is not begun anew, by nobody who was there and by nobody who was not', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const world = await gatedWorld(stage, [{ recipe: 'quick', word: 'oak' }]);
  const forge = await startForge(stage, world);
  const peers = await startPeers(stage, forge, ['ash', 'elm']);
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);
  const [pull] = pullsOf(await forge.pullRequests(), 1);
  await stage.until('each holds the whole journal of the other', async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.peers()));
    return answers.every((answer) =>
      answer.peers.every(({ journal }) => journal.here === journal.length),
    );
  });
  // As a clean-up by hand; started anew, the peers know of the claim from journals only.
  await forge.call(maintainer, 'DELETE', 'git/refs/heads/bzzz/lock/1');
  await Promise.all(peers.map((peer) => peer.stop()));
  await Promise.all(peers.map((peer) => peer.restart()));
  await fullMesh(stage, peers);
  const before = await forge.requests();
  for (let looks = 0; looks < 10; looks += 1) await Promise.all(peers.map((peer) => peer.look()));
  expect((await forge.requests()).gitPushes).toBe(before.gitPushes);
  expect(await tipOf(forge.gitDir, 'bzzz/lock/1')).toBeUndefined();
  expect(pullsOf(await forge.pullRequests(), 1)).toMatchObject([{ number: pull?.number }]);
});
