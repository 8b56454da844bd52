/** Claims of a peer that stand though it does not work on them. */
import { type FenceIntent, topics } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createIdentity } from '../support/identity.ts';
import { issueOf } from '../support/memory-forge.ts';
import { createMemoryPeer, createMemoryWorld, timing } from '../support/memory-peers.ts';
import { calm, createStand, number, type Stand, task } from '../support/stand.ts';

/** A peer whose journal tells of the claim, with another one that can say to it what it has seen. */
async function afterRestart(stand: Stand, intent: FenceIntent) {
  const world = createMemoryWorld();
  world.forge.file(issueOf({ state: 'closed' }));
  const one = createMemoryPeer(world, 1, stand);
  await one.coordinator.start();
  await world.clock.advance(1_000);
  const other = world.hub.join(createIdentity(2).peer);
  world.hub.link(one.peer, other.peer);
  return {
    ...world,
    one,
    async tell(): Promise<void> {
      const { record, oid: lock } = intent;
      const { peer, epoch, leaseMs } = record;
      const entry = stand.chronicle.position();
      await other.publish(topics.tasks, {
        kind: 'claimed',
        task,
        peer,
        epoch,
        lock,
        leaseMs,
        entry,
      });
    },
  };
}

const pasts: [string, (stand: Stand) => Promise<FenceIntent>][] = [
  [
    'whose push had no answer before the crash',
    async (stand) => {
      const intent = await stand.claim();
      await stand.chronicle.record({ kind: 'fence.intended', intent });
      return intent;
    },
  ],
  [
    'that was given up as lost',
    async (stand) => {
      const intent = await stand.claim();
      await createStand(2, stand).win();
      stand.forge.fates.push('lose-request');
      expect(await stand.fence.propose(intent, calm)).toMatchObject({ kind: 'lost' });
      return intent;
    },
  ],
  ['that was won and is over', wonAndOver],
];

async function wonAndOver(stand: Stand): Promise<FenceIntent> {
  const intent = await stand.win();
  const { epoch } = intent.record;
  const reason = 'nobody wants it';
  await stand.chronicle.record({ kind: 'task.ended', task, epoch, state: 'released', reason });
  return intent;
}

describe.each(pasts)('a claim %s', (_, past) => {
  it('is given back when its push arrives late and nobody wants it', async () => {
    const stand = createStand(1);
    const intent = await past(stand);
    const { one, forge, clock, tell } = await afterRestart(stand, intent);
    forge.overwrite(number, intent);
    await tell();
    await clock.advance(60_000);
    expect(one.journal.of('fence.intended').at(-1)?.intent.record.state).toBe('released');
    expect(forge.pushes).toHaveLength(1);
    await clock.drive(one.coordinator.stop());
  });
});

describe('a claim that is over', () => {
  it('is not taken up because of an old hint', async () => {
    const stand = createStand(1);
    const intent = await wonAndOver(stand);
    const { one, forge, clock, tell } = await afterRestart(stand, intent);
    await tell();
    await clock.advance(timing.lagMs / 2);
    await tell();
    await clock.advance(60_000);
    expect(forge.pushes).toEqual([]);
    expect(forge.count('readFence')).toBe(1);
    await clock.drive(one.coordinator.stop());
  });
});
