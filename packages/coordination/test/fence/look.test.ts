/** A read of the forge may be older than what the forge took from us: looks do not go back behind that. */
import { describe, expect, it } from 'vitest';
import { makeLockCommit } from '../../src/fence/commit.ts';
import { createFence } from '../../src/fence/fence.ts';
import { remember } from '../../src/peer/remember.ts';
import { readMemory } from '../../src/recovery/fold.ts';
import { createBook } from '../../src/task/book.ts';
import { calm, createStand, heldDraft, lagMs, number, type Stand, task } from '../support/stand.ts';

const none = { lock: null, result: null };
const nowhere = () => undefined;

/** A claim, and a renewal of it that stands. */
async function renewed() {
  const stand = createStand();
  const claim = await stand.win();
  const early = stand.forge.fence(number);
  const renewal = await makeLockCommit(stand, heldDraft(1), claim.oid);
  const propose = () => stand.fence.propose({ task, expected: claim.oid, ...renewal }, calm);
  return { stand, claim, early, renewal, propose };
}

/** The fence of the next process, which knows what the journal of this one tells. */
async function restarted(stand: Stand) {
  const fence = createFence(stand, { lagMs });
  const memory = await readMemory(stand.journal, calm);
  const others = {
    book: createBook(),
    epilogue: { ended: nowhere },
    membership: { remember: nowhere },
    pause: { remember: nowhere },
    quarantine: { remember: nowhere },
  };
  remember({ ...stand, ...others, fence }, memory);
  return fence;
}

function look(stand: Stand, fence = stand.fence) {
  return stand.clock.drive(fence.look(task, calm));
}

describe('a look', () => {
  it('is one read where nothing of ours is hidden', async () => {
    const { stand, renewal, propose } = await renewed();
    await propose();
    expect(await look(stand)).toMatchObject({ tip: { oid: renewal.oid } });
    expect(stand.forge.count('readFence')).toBe(1);
  });

  it.each(['an older tip of ours', 'no branch'] as const)(
    'waits, also after a restart, while reads show %s',
    async (shown) => {
      const { stand, early, renewal, propose } = await renewed();
      await propose();
      const read = shown === 'no branch' ? none : early;
      stand.forge.reads = [read, read];
      const next = await restarted(stand);
      expect(await look(stand, next)).toMatchObject({ tip: { oid: renewal.oid } });
      expect(stand.forge.count('readFence')).toBe(3);
      expect(stand.clock.monotonicMs()).toBeLessThan(lagMs);
    },
  );

  it('waits after a restart for what had no answer before', async () => {
    const { stand, early, renewal, propose } = await renewed();
    stand.forge.fates = ['lose-reply'];
    stand.forge.reads = [early];
    expect(await propose()).toMatchObject({ kind: 'unknown' });
    stand.forge.reads = [early, early];
    const next = await restarted(stand);
    expect(await look(stand, next)).toMatchObject({ tip: { oid: renewal.oid } });
  });

  it('waits for what it has seen of ours before', async () => {
    const { stand, early, renewal, propose } = await renewed();
    stand.forge.fates = ['lose-reply'];
    stand.forge.reads = [early];
    await propose();
    await look(stand);
    stand.forge.reads = [early];
    expect(await look(stand)).toMatchObject({ tip: { oid: renewal.oid } });
  });

  it('does not take a lower epoch for the one that follows on ours', async () => {
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

  it('believes a person who set the branch back once no read can be that old, and from then on', async () => {
    const { stand, claim, propose } = await renewed();
    await propose();
    stand.forge.overwrite(number, claim);
    expect(await look(stand)).toMatchObject({ tip: { oid: claim.oid } });
    expect(stand.clock.monotonicMs()).toBeGreaterThanOrEqual(lagMs);
    const reads = stand.forge.count('readFence');
    expect(await look(stand)).toMatchObject({ tip: { oid: claim.oid } });
    expect(stand.forge.count('readFence')).toBe(reads + 1);
  });

  it.each(['in this run', 'before a restart'] as const)(
    'believes at once that a branch is gone which stood long ago: %s',
    async (when) => {
      const { stand, propose } = await renewed();
      await propose();
      await stand.clock.advance(lagMs + 1);
      stand.forge.overwrite(number, null);
      const fence = when === 'in this run' ? stand.fence : await restarted(stand);
      expect(await look(stand, fence)).toMatchObject({ tip: { kind: 'absent' } });
      expect(stand.forge.count('readFence')).toBe(1);
    },
  );

  it('is cut short by an abort', async () => {
    const { stand, propose } = await renewed();
    await propose();
    stand.forge.overwrite(number, null);
    const stop = new AbortController();
    const looked = stand.fence.look(task, stop.signal);
    const cut = expect(looked).rejects.toMatchObject({ code: 'aborted' });
    await stand.clock.advance(10);
    stop.abort();
    await cut;
    expect(stand.clock.waiting()).toBe(0);
  });
});
