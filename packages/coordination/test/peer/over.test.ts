/** What a machine keeps for a further attempt at a task is not needed once people have ended that task. */
import { Account, type TaskId } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { issueOf } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';
import { number, task } from '../support/stand.ts';

/** Two peers, and whom of them was told that the task is over. */
async function worked() {
  const world = createMemoryWorld();
  const { clock, forge, hub } = world;
  forge.policy = 'version: 1\nverdicts: 0\nrecipes: {format: {run: [fmt], accept: [check]}}\n';
  forge.file(issueOf({}));
  const told: [number, TaskId][] = [];
  const peers = [1, 2].map((index) =>
    createMemoryPeer(world, index, { onOver: (over) => told.push([index, over]) }),
  );
  const [a, b] = peers;
  if (a === undefined || b === undefined) throw new Error('there are two');
  hub.link(a.peer, b.peer);
  await Promise.all(peers.map(({ coordinator }) => coordinator.start()));
  await clock.advance(4 * timing.pollMs);
  const at = forge.task(number);
  expect(at.pullRequests).toMatchObject([{ state: 'open' }]);
  expect(told).toEqual([]);
  const later = () => at.issue.updatedAtMs + 60_000;
  const seen = () => a.coordinator.view().tasks.find((one) => one.task === task);
  return { clock, forge, at, told, later, seen };
}

it.each([
  { what: 'closed the issue', change: { state: 'closed' } as const },
  { what: 'took the label away', change: { labels: [] } },
  { what: 'took it themselves', change: { assignees: [Account.parse('mara')] } },
])('every peer is told when people $what', async ({ change }) => {
  const { clock, at, told, later } = await worked();
  at.issue = issueOf({ ...at.issue, ...change, updatedAtMs: later() });
  await clock.advance(4 * timing.pollMs);
  expect(new Set(told.map(([index]) => index))).toEqual(new Set([1, 2]));
  expect(told.map(([, over]) => over)).toEqual(told.map(() => task));
});

it('whoever watches is told when people merge its result and leave the issue open', async () => {
  const { clock, at, told } = await worked();
  at.pullRequests = at.pullRequests.map((one) => ({ ...one, state: 'merged' as const }));
  at.review = { ...at.review, state: 'merged' };
  await clock.advance(4 * timing.reviewMs);
  expect(told).toMatchObject([[expect.any(Number), task]]);
});

it('nobody is told while it only waits for another', async () => {
  const { clock, forge, at, told, later, seen } = await worked();
  forge.file(issueOf({ number: 8, labels: [], body: 'for a person' }));
  const body = `${at.issue.body}\ndepends on #8\n`;
  at.issue = issueOf({ ...at.issue, body, updatedAtMs: later() });
  await clock.advance(4 * timing.pollMs);
  expect(seen()).toMatchObject({ wanted: false });
  expect(told).toEqual([]);
});
