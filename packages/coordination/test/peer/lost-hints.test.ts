/** Gossip loses single messages: whatever was said is said again, and all peers come to know it. */
import { topics } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { errorOf, issueOf } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';

const dayMs = 86_400_000;
const { tasks, capabilities } = topics;

/**
 * Each peer loses the first `lost` messages of every other one, on each of the topics. Only the first
 * peer is told of issues by the forge, so that the others know of tasks what they heard.
 */
async function lossyMesh(lost: number, topicNames: readonly string[], announceMs?: number) {
  const world = createMemoryWorld();
  const losses = new Map<string, number>();
  world.hub.loses = ({ from, to, topic }) => {
    const way = `${from} ${to} ${topic}`;
    const before = losses.get(way) ?? 0;
    if (before >= lost || !topicNames.includes(topic)) return false;
    losses.set(way, before + 1);
    return true;
  };
  world.forge.file(issueOf());
  const limited = async () => {
    throw errorOf('forge_rate_limited', dayMs);
  };
  const deafForge = { ...world.forge, pollIssues: limited };
  const peers = [1, 2, 3].map((index) => {
    const forge = index === 1 ? world.forge : deafForge;
    return createMemoryPeer({ ...world, forge }, index, announceMs ? { announceMs } : {});
  });
  for (const [at, a] of peers.entries()) {
    for (const b of peers.slice(at + 1)) world.hub.link(a.peer, b.peer);
  }
  await Promise.all(peers.map(({ coordinator }) => coordinator.start()));
  const known = () =>
    peers.map(({ coordinator }) => {
      const view = coordinator.view();
      return {
        members: view.members.map(({ peer }) => peer).toSorted(),
        tasks: view.tasks.map(({ task, title, state, holder, epoch, pullRequest }) => {
          return { task, title, state, holder, epoch, pullRequest };
        }),
      };
    });
  return { ...world, peers, known, losses };
}

describe.each([[[tasks.name]], [[capabilities.name]], [[tasks.name, capabilities.name]]])(
  'peers that lose the first messages of %j',
  (topicNames) => {
    it.each([1, 2, 3, 5, 10])('agree all the same: %i between any two', async (lost) => {
      const { clock, peers, known, losses, forge } = await lossyMesh(lost, topicNames);
      // What the first announcement that is not lost tells, the next one tells to all.
      await clock.advance((lost + 2) * timing.announceMs);
      const [first] = known();
      expect(first?.members).toHaveLength(peers.length);
      expect(first?.tasks).toMatchObject([{ state: 'done', pullRequest: 1_007 }]);
      for (const one of known()) expect(one).toEqual(first);
      expect(Math.max(...losses.values())).toBe(lost);
      expect(forge.task(issueOf().number).pullRequests).toHaveLength(1);
      for (const { coordinator } of peers) await clock.drive(coordinator.stop());
    });

    it('do not agree when nothing is said again', async () => {
      const { clock, peers, known } = await lossyMesh(20, topicNames, dayMs);
      await clock.advance(12 * timing.announceMs);
      const [first] = known();
      for (const one of known().slice(1)) expect(one).not.toEqual(first);
      for (const { coordinator } of peers) await clock.drive(coordinator.stop());
    });
  },
);
