/** Times of the forge are whole seconds: two peers may read an issue otherwise, and neither read is the later one. */
import { TaskHint, topics } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { watchRole } from '../../src/watching/roles.ts';
import { issueOf, repo } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';
import { number } from '../support/stand.ts';

it('what was closed in the second in which it was read open is closed, whoever is heard last', async () => {
  const world = createMemoryWorld();
  const { clock, forge, hub } = world;
  forge.file(issueOf());
  const peers = [1, 2].map((index) => createMemoryPeer(world, index));
  const [one, two] = peers;
  if (one === undefined || two === undefined) throw new Error('one is missing');
  hub.link(one.peer, two.peer);
  await Promise.all(peers.map(({ coordinator }) => coordinator.start()));
  await clock.advance(60_000);
  const views = () => peers.map(({ coordinator }) => coordinator.view().tasks[0]);
  expect(views()).toMatchObject([{ state: 'done' }, { state: 'done' }]);

  const { issue } = forge.task(number);
  const updatedAtMs = issue.updatedAtMs + 1_000;
  forge.task(number).issue = { ...issue, state: 'closed', updatedAtMs };
  await clock.advance(2 * timing.pollMs);
  expect(views()).toMatchObject([{ wanted: false }, { wanted: false }]);

  const isWatcher = (peer: typeof one.peer) =>
    watchRole(repo, peer, [one.peer, two.peer]) === 'watcher';
  const standby = isWatcher(one.peer) ? two : one;
  const [earlier] = hub.said.flatMap(({ message }) => {
    const { data } = TaskHint.safeParse(message);
    return data?.kind === 'seen' ? [data] : [];
  });
  if (earlier === undefined) throw new Error('nobody told of the issue');
  await standby.mesh.publish(topics.tasks, { ...earlier, updatedAtMs });
  expect(views().filter((view) => view?.wanted)).toHaveLength(1);
  await clock.advance(timing.lagMs + timing.pollMs);
  expect(views()).toMatchObject([{ wanted: false }, { wanted: false }]);
  for (const { coordinator } of peers) await clock.drive(coordinator.stop());
});
