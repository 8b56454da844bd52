/** How long a peer waits before it tries again what failed. */
import { expect, it, onTestFinished } from 'vitest';
import { issueOf } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';

it('the pause after a failed attempt doubles with each', async () => {
  const world = createMemoryWorld();
  const { coordinator, work, journal } = createMemoryPeer(world, 1);
  onTestFinished(() => coordinator.stop());
  work.script.fails = true;
  world.forge.file(issueOf());
  await coordinator.start();
  await world.clock.advance(600_000);
  const atMs = { started: [] as number[], ended: [] as number[] };
  for await (const { entry } of journal.read()) {
    if (entry.body.kind === 'attempt.started') atMs.started.push(entry.at.wallMs);
    if (entry.body.kind === 'attempt.ended') atMs.ended.push(entry.at.wallMs);
  }
  const pausesMs = atMs.started.slice(1).map((ms, at) => ms - (atMs.ended[at] ?? 0));
  expect(pausesMs).toHaveLength(2);
  expect(pausesMs[1]).toBeGreaterThanOrEqual(timing.backoffMs);
});
