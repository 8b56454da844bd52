/** Whole peers, and results whose holder is lost between the pull request and its verdicts. */
import { expect, it } from 'vitest';
import { errorOf, issueOf } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';
import { number, task } from '../support/stand.ts';

const policy = 'version: 1\nverdicts: 2\nrecipes: {format: {run: [fmt], accept: [check]}}\n';

it.each([
  { lost: 'before its lease is out', leases: 0 },
  { lost: 'when others left it to him already', leases: 2 },
])('are told by others, once each, where he is lost $lost', async ({ leases }) => {
  const world = createMemoryWorld();
  const { clock, forge, hub } = world;
  forge.policy = policy;
  forge.file(issueOf({ body: 'recipe: format' }));
  const all = [1, 2, 3].map((index) => createMemoryPeer(world, index));
  for (const [at, a] of all.entries()) {
    for (const b of all.slice(at + 1)) hub.link(a.peer, b.peer);
  }
  await Promise.all(all.map(({ coordinator }) => coordinator.start()));
  // What its holder does last fails, so that he is in between; two peers are a majority without him.
  forge.markReady = async () => {
    throw errorOf('forge_unreachable');
  };
  await clock.advance(timing.pollMs + leases * timing.leaseMs);
  const holder = all.find(({ journal }) => journal.of('effect.settled').length > 0);
  const others = all.filter((one) => one !== holder);
  const [pull] = forge.task(number).pullRequests;
  expect(pull).toMatchObject({ draft: true });
  const told = () => all.flatMap(({ journal }) => journal.of('task.ended'));
  expect(told()).toEqual([]);

  await holder?.coordinator.stop();
  await clock.advance(20 * timing.leaseMs);
  expect(holder?.journal.of('task.ended')).toEqual([]);
  const end = { kind: 'task.ended', task, epoch: 1, state: 'done', pullRequest: pull?.number };
  expect(told().length).toBeGreaterThan(0);
  for (const { journal } of others) {
    expect(journal.of('task.ended').length).toBeLessThan(2);
    for (const body of journal.of('task.ended')) expect(body).toMatchObject(end);
  }
});
