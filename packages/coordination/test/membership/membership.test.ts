import type { PeerId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createMembership } from '../../src/membership/membership.ts';
import { peerOf } from '../support/identity.ts';
import { repo } from '../support/memory-forge.ts';
import { capabilitiesOf } from '../support/stand.ts';

const self = peerOf(1);
const b = peerOf(2);

/** A membership of these peers; the connected ones are named. */
function membersOf(peers: readonly PeerId[], connected: readonly PeerId[]) {
  const membership = createMembership(self);
  for (const peer of connected) membership.connection(peer, true);
  for (const peer of peers) membership.heard(capabilitiesOf(peer), 0);
  return membership;
}

describe('what is heard of a member', () => {
  it('counts when it is newer, by incarnation and then by revision', () => {
    const membership = createMembership(self);
    const at = (incarnation: number, revision: number) =>
      membership.heard(capabilitiesOf(b, { incarnation, revision }), 0);
    expect([at(5, 2), at(5, 2), at(5, 1), at(4, 9), at(5, 3), at(6, 0)]).toEqual([
      true,
      false,
      false,
      false,
      true,
      true,
    ]);
    expect(membership.get(b)?.capabilities).toMatchObject({ incarnation: 6, revision: 0 });
  });

  it('brings back who was suspected or dead, but old news does not', () => {
    const membership = membersOf([self, b], []);
    membership.suspect(b);
    membership.bury(b);
    membership.heard(capabilitiesOf(b), 10);
    expect(membership.isDead(b)).toBe(true);
    membership.heard(capabilitiesOf(b, { incarnation: 2 }), 10);
    expect(membership.get(b)).toMatchObject({ liveness: 'alive', heardAtMs: 10 });
  });

  it('takes leave of who says that it stops, whatever shows of it, until it says otherwise', () => {
    const membership = membersOf([self, b, peerOf(3), peerOf(4)], [b]);
    const two = new Set([self, peerOf(3)]);
    expect(membership.isMajority(two)).toBe(false);
    const returned: PeerId[] = [];
    membership.onReturn(({ peer }) => returned.push(peer));
    membership.heard(capabilitiesOf(b, { revision: 2, leaving: true }), 10);
    membership.clear(b, 20);
    membership.connection(b, true);
    membership.unbury(b);
    expect([membership.isDead(b), membership.isMajority(two)]).toEqual([true, true]);
    // What it said before may come late.
    membership.heard(capabilitiesOf(b), 30);
    expect([membership.isDead(b), returned]).toEqual([true, []]);
    membership.heard(capabilitiesOf(b, { incarnation: 2 }), 40);
    expect([membership.isDead(b), returned]).toEqual([false, [b]]);
    expect(membership.isMajority(two)).toBe(false);
  });

  it('is bounded; ourselves and the lately heard stay', () => {
    const membership = createMembership(self);
    membership.heard(capabilitiesOf(self), 0);
    for (let index = 2; index <= 1_100; index += 1) {
      membership.heard(capabilitiesOf(peerOf(index)), index);
    }
    expect(membership.all()).toHaveLength(1_024);
    expect(membership.get(self)).toBeDefined();
    expect(membership.get(peerOf(2))).toBeUndefined();
    expect(membership.get(peerOf(1_100))).toBeDefined();
  });
});

describe('liveness', () => {
  it('goes from alive over suspected to dead, and back by a connection', () => {
    const membership = membersOf([self, b], [b]);
    membership.connection(b, false);
    expect(membership.get(b)).toMatchObject({ connected: false, liveness: 'alive' });
    membership.suspect(b);
    expect(membership.live().map(({ peer }) => peer)).toContain(b);
    membership.bury(b);
    expect(membership.live().map(({ peer }) => peer)).toEqual([self]);
    membership.suspect(b);
    expect(membership.isDead(b)).toBe(true);
    membership.connection(b, true);
    expect(membership.get(b)).toMatchObject({ connected: true, liveness: 'alive' });
  });

  it('decides who has duties: who is suspected has none', () => {
    const membership = membersOf([self, b], [b]);
    expect(membership.serving(repo)).toEqual([self, b]);
    membership.suspect(b);
    expect(membership.serving(repo)).toEqual([self]);
    expect(membership.live()).toHaveLength(2);
  });

  it('of a stranger is nothing', () => {
    const membership = createMembership(self);
    membership.suspect(b);
    membership.bury(b);
    membership.clear(b, 0);
    expect(membership.get(b)).toBeUndefined();
    expect(membership.isDead(b)).toBe(false);
  });

  it('remembers a connection that stood before anything was heard', () => {
    const membership = createMembership(self);
    membership.connection(b, true);
    membership.heard(capabilitiesOf(b), 0);
    expect(membership.get(b)?.connected).toBe(true);
  });
});

describe('who was dead', () => {
  it('has returned by a sign of life, and not since nobody can tell any more', () => {
    const membership = membersOf([self, b], []);
    const returned: PeerId[] = [];
    membership.onReturn(({ peer }) => returned.push(peer));
    membership.bury(b);
    membership.unbury(b);
    expect([membership.get(b)?.liveness, returned]).toEqual(['suspected', []]);
    membership.clear(b, 1);
    membership.clear(b, 2);
    expect([membership.get(b)?.liveness, returned]).toEqual(['alive', [b]]);
  });
});
