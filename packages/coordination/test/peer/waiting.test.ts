/** Whole peers and issues that wait for others. */
import { type Issue, TaskId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { issueOf } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';
import { number, task } from '../support/stand.ts';

const blocker = issueOf({ number: 8, labels: [], body: 'for a person' });

/** Peers over issue 7, which depends on issue 8. */
async function meshOf(count: number) {
  const world = createMemoryWorld();
  world.forge.file(issueOf({ body: 'recipe: format\n\ndepends on #8' }));
  world.forge.file(blocker);
  const peers = Array.from({ length: count }, (_, index) => createMemoryPeer(world, index + 1));
  for (const [at, a] of peers.entries()) {
    for (const b of peers.slice(at + 1)) world.hub.link(a.peer, b.peer);
  }
  await Promise.all(peers.map(({ coordinator }) => coordinator.start()));
  const states = () =>
    peers.map(({ coordinator }) => coordinator.view().tasks.find((one) => one.task === task));
  const close = () => change(world.forge.task(blocker.number), { state: 'closed' });
  return { ...world, peers, states, close };
}

function change(at: { issue: Issue }, to: Partial<Issue>): void {
  at.issue = { ...at.issue, ...to, updatedAtMs: at.issue.updatedAtMs + 1_000 };
}

describe('an issue that waits for another', () => {
  it('is claimed by nobody, and done once nobody but the other was touched', async () => {
    const { clock, forge, peers, states, close } = await meshOf(3);
    await clock.advance(10 * timing.pollMs);
    for (const state of states()) {
      expect(state).toMatchObject({ state: 'open', wanted: false, reason: 'waits for #8 (open)' });
    }
    expect(forge.pushes).toEqual([]);
    close();
    await clock.advance(4 * timing.pollMs);
    for (const state of states()) expect(state).toMatchObject({ state: 'done', epoch: 1 });
    expect(forge.task(number).pullRequests).toHaveLength(1);
    const story = peers.flatMap(({ journal }) => journal.of('task.seen'));
    expect(story.map((body) => body.task)).toContain(TaskId.parse('acme/widgets#7'));
  });

  it('is let go when the other was opened again before the work began', async () => {
    const { clock, forge, peers, states, close } = await meshOf(2);
    await clock.advance(timing.pollMs);
    close();
    // The claim is on its way when a person opens the other again.
    forge.onPush = () => {
      forge.onPush = () => undefined;
      change(forge.task(blocker.number), { state: 'open' });
    };
    await clock.advance(4 * timing.pollMs);
    expect(forge.pushes.length).toBeGreaterThan(1);
    expect(peers.flatMap(({ work }) => work.events)).not.toContain('run');
    for (const state of states()) {
      expect(state).toMatchObject({ wanted: false, reason: 'waits for #8 (open)' });
    }
    const pushes = forge.pushes.length;
    await clock.advance(20 * timing.pollMs);
    expect(forge.pushes).toHaveLength(pushes);
    close();
    await clock.advance(4 * timing.pollMs);
    for (const state of states()) expect(state).toMatchObject({ state: 'done' });
  });

  it.each([1, 2, 3, 4, 5])(
    'does not wait long after a read that showed the past, %i peers',
    async (count) => {
      const { clock, forge, states, close } = await meshOf(count);
      await clock.advance(timing.pollMs);
      const read = forge.readIssue;
      forge.readIssue = async (...given) => {
        const issue = await read(...given);
        return issue.number === blocker.number ? { ...blocker } : issue;
      };
      close();
      await clock.advance(1.2 * timing.pollMs);
      forge.readIssue = read;
      // Before anybody but the watcher polls again.
      await clock.advance(1.2 * timing.lagMs);
      for (const state of states()) expect(state).toMatchObject({ state: 'done' });
      expect(forge.task(number).pullRequests).toHaveLength(1);
    },
  );

  it('is stopped when people say on the forge that it must wait, and goes on after that', async () => {
    const { clock, forge, peers, states, close } = await meshOf(1);
    for (const { work } of peers) work.script.takesMs = 60_000;
    await clock.advance(timing.pollMs);
    close();
    await clock.advance(2 * timing.pollMs);
    expect(states()).toMatchObject([{ state: 'running' }]);
    change(forge.task(number), { blockedByOpen: 1 });
    await clock.advance(2 * timing.pollMs);
    expect(states()).toMatchObject([{ state: 'released', wanted: false }]);
    forge.task(number).issue = { ...forge.task(number).issue, blockedByOpen: 0 };
    for (const { work } of peers) work.script.takesMs = 1_000;
    await clock.advance(12 * timing.pollMs);
    expect(states()).toMatchObject([{ state: 'done', epoch: 2 }]);
  });
});
