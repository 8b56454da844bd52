/** A read of the forge may be older than what the forge took from us: looks do not go back behind that. */
import { describe, expect, it } from 'vitest';
import { makeLockCommit } from '../../src/fence/commit.ts';
import { createFence } from '../../src/fence/fence.ts';
import { readMemory } from '../../src/recovery/fold.ts';
import { calm, createStand, heldDraft, lagMs, number, type Stand, task } from '../support/stand.ts';

const none = { lock: null, result: null };

/** A claim, and a renewal of it that stands. */
async function renewed() {
  const stand = createStand();
  const claim = await stand.win();
  const early = stand.forge.fence(number);
  const renewal = await makeLockCommit(stand, heldDraft(1), claim.oid);
  await stand.fence.propose({ task, expected: claim.oid, ...renewal }, calm);
  return { stand, claim, early, renewal };
}

/** The fence of the next process, which knows what the journal of this one tells. */
async function restarted(stand: Stand) {
  const fence = createFence(stand, { lagMs });
  const { intents, won } = await readMemory(stand.journal, calm);
  for (const intent of intents) fence.remember(intent, won.has(intent.oid));
  return fence;
}

function look(stand: Stand, fence = stand.fence) {
  return stand.clock.drive(fence.look(task, calm));
}

describe('a look', () => {
  it('is one read where nothing of ours is hidden', async () => {
    const { stand, renewal } = await renewed();
    expect(await look(stand)).toMatchObject({ tip: { oid: renewal.oid } });
    expect(stand.forge.count('readFence')).toBe(1);
  });

  it.each(['an older tip of ours', 'no branch'] as const)(
    'waits, also after a restart, while reads show %s',
    async (shown) => {
      const { stand, early, renewal } = await renewed();
      const read = shown === 'no branch' ? none : early;
      stand.forge.reads = [read, read];
      const next = await restarted(stand);
      expect(await look(stand, next)).toMatchObject({ tip: { oid: renewal.oid } });
      expect(stand.forge.count('readFence')).toBe(3);
      expect(stand.clock.monotonicMs()).toBeLessThan(lagMs);
    },
  );

  it('does not take the claim of a lower epoch for the one that follows on ours', async () => {
    const stand = createStand();
    await createStand(2, stand).win();
    const before = stand.forge.fence(number);
    const ours = await stand.win();
    stand.forge.reads = [before];
    expect(await look(stand)).toMatchObject({ tip: { oid: ours.oid } });
  });

  it('believes at once whoever came after us', async () => {
    const stand = createStand();
    await stand.win();
    const theirs = await createStand(2, stand).win();
    expect(await look(stand)).toMatchObject({ tip: { oid: theirs.oid } });
    expect(stand.forge.count('readFence')).toBe(1);
  });

  it('is not held up by what was pushed and not known to be won', async () => {
    const stand = createStand();
    const claim = await stand.win();
    const lost = await makeLockCommit(stand, heldDraft(1), claim.oid);
    const next = await restarted(stand);
    next.remember({ task, expected: claim.oid, ...lost }, false);
    expect(await look(stand, next)).toMatchObject({ tip: { oid: claim.oid } });
    expect(stand.forge.count('readFence')).toBe(1);
  });

  it('believes a person who set the branch back once reads cannot be that old, and from then on', async () => {
    const { stand, claim } = await renewed();
    stand.forge.overwrite(number, { oid: claim.oid, commit: claim.commit });
    expect(await look(stand)).toMatchObject({ tip: { oid: claim.oid } });
    expect(stand.clock.monotonicMs()).toBeGreaterThanOrEqual(lagMs);
    const reads = stand.forge.count('readFence');
    expect(await look(stand)).toMatchObject({ tip: { oid: claim.oid } });
    expect(stand.forge.count('readFence')).toBe(reads + 1);
  });
});
