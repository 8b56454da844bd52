/** Whom the operator took out counts for nothing, in this run and after a restart. */
import { describe, expect, it } from 'vitest';
import { createMembership } from '../../src/membership/membership.ts';
import { expelOutsiders } from '../../src/membership/outsiders.ts';
import { peerOf } from '../support/identity.ts';
import { capabilitiesOf, createStand } from '../support/stand.ts';

const self = peerOf(1);

function mesh() {
  const stand = createStand(1);
  const membership = createMembership(self);
  for (const peer of [1, 2, 3].map(peerOf)) membership.heard(capabilitiesOf(peer), 0);
  membership.remember([peerOf(4)]);
  const deps = { ...stand, membership };
  const isMember = (peer: string) => peer === self || peer === peerOf(3);
  return { stand, membership, expel: () => expelOutsiders(deps, isMember) };
}

describe('an outsider', () => {
  it('is no part of a majority, nor somebody to wait for, and what it holds may be taken', async () => {
    const { stand, membership, expel } = mesh();
    expect(membership.isMajority(new Set([self, peerOf(3)]))).toBe(false);
    await expel();
    expect(membership.isMajority(new Set([self, peerOf(3)]))).toBe(true);
    expect(membership.live().map(({ peer }) => peer)).toEqual([self, peerOf(3)]);
    expect(membership.missing()).toEqual([]);
    expect(membership.isDead(peerOf(2))).toBe(true);
    expect(stand.journal.of('member.dead').map(({ peer }) => peer)).toEqual([peerOf(2), peerOf(4)]);
  });

  it('stays out though a minority unburies, and is told of once', async () => {
    const { stand, membership, expel } = mesh();
    await expel();
    membership.unbury(peerOf(2));
    expect(membership.isDead(peerOf(2))).toBe(true);
    await expel();
    expect(stand.journal.of('member.dead')).toHaveLength(2);
    // Admitted again, and heard.
    membership.heard(capabilitiesOf(peerOf(2), { revision: 2 }), 5);
    expect(membership.isDead(peerOf(2))).toBe(false);
  });
});
