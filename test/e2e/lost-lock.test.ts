/** A lock branch that somebody deleted: what was done is remembered by the journals. */
import { expect, it, vi } from 'vitest';
import { pullsOf } from './harness/outcome.ts';
import { fullMesh, untilReplicated } from './harness/peer.ts';
import { tipOf } from './harness/repository.ts';
import { doneByTwo } from './harness/scenes.ts';
import { patientMs } from './harness/stage.ts';
import { maintainer } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

it('a task whose lock is gone is not begun anew, by nobody who was there and by nobody who was not', async () => {
  const { stage, forge, peers, pull } = await doneByTwo();
  await untilReplicated(stage, peers);
  // As a clean-up by hand; started anew, the peers know of the claim from journals only.
  await forge.call(maintainer, 'DELETE', 'git/refs/heads/bzzz/lock/1');
  await Promise.all(peers.map((peer) => peer.stop()));
  await Promise.all(peers.map((peer) => peer.restart()));
  await fullMesh(stage, peers);
  const before = await forge.requests();
  for (let looks = 0; looks < 10; looks += 1) await Promise.all(peers.map((peer) => peer.look()));
  expect((await forge.requests()).gitPushes).toBe(before.gitPushes);
  expect(await tipOf(forge.gitDir, 'bzzz/lock/1')).toBeUndefined();
  expect(pullsOf(await forge.pullRequests(), 1)).toMatchObject([{ number: pull.number }]);
});
