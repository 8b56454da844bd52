import type { PeerId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { makeLockCommit } from '../../src/fence/commit.ts';
import { createFence } from '../../src/fence/fence.ts';
import { createForfeit } from '../../src/fence/forfeit.ts';
import { calm, createStand, heldDraft } from '../support/stand.ts';

async function stage(death: { readonly isDead: boolean; readonly isConfirmed: boolean }) {
  const stand = createStand(1);
  const asked: PeerId[] = [];
  const forfeit = createForfeit(
    {
      ...stand,
      fence: createFence(stand, { lagMs: 0 }),
      membership: { isDead: () => death.isDead },
      async isConfirmedDead(peer) {
        asked.push(peer);
        return death.isConfirmed;
      },
    },
    { leaseMs: 60_000, signal: calm, isOthers: () => true, onReading: () => true },
  );
  const { record, oid } = await makeLockCommit(createStand(2), heldDraft(1), null);
  return { forfeit, record, oid, asked };
}

describe('a claim of a peer that was declared dead', () => {
  it('is taken over while who wants it sees a majority', async () => {
    const { forfeit, record, oid, asked } = await stage({ isDead: true, isConfirmed: true });
    expect(await forfeit.mayTakeOver(record, oid)).toBe(true);
    expect(asked).toEqual([record.peer]);
  });

  // It saw one when it declared the death; the network may have split since.
  it('is not taken over by who sees none any more', async () => {
    const { forfeit, record, oid } = await stage({ isDead: true, isConfirmed: false });
    expect(await forfeit.mayTakeOver(record, oid)).toBe(false);
  });
});
