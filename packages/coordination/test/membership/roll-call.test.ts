import type { PeerId } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createMembership } from '../../src/membership/membership.ts';
import { createRollCall } from '../../src/membership/roll-call.ts';
import { peerOf } from '../support/identity.ts';
import { capabilitiesOf, createStand } from '../support/stand.ts';
import { meshOf, probeMs, suspicionMs } from '../support/watched-mesh.ts';

const [self, b, c, d, e] = [1, 2, 3, 4, 5].map(peerOf) as [PeerId, PeerId, PeerId, PeerId, PeerId];

function stage(peers: readonly PeerId[], connected: readonly PeerId[], answering = connected) {
  const { clock } = createStand(1);
  const membership = createMembership(self);
  for (const peer of connected) membership.connection(peer, true);
  for (const peer of peers) membership.heard(capabilitiesOf(peer), 0);
  const pinged: PeerId[] = [];
  const heartbeat = {
    async reach(peer: PeerId) {
      pinged.push(peer);
      return answering.includes(peer);
    },
  };
  const rollCall = createRollCall({ clock, self, membership, heartbeat }, { probeMs });
  return { clock, membership, rollCall, pinged };
}

describe('a majority is seen', () => {
  it.each([
    ['one of two', [self, b], [], b, false],
    ['two of three', [self, b, c], [b], c, true],
    ['two of four', [self, b, c, d], [b], c, false],
    ['three of four', [self, b, c, d], [b, c], d, true],
    ['two of five', [self, b, c, d, e], [b], c, false],
    ['three of five', [self, b, c, d, e], [b, c], d, true],
  ] as const)('with %s', async (_, peers, connected, missing, sees) => {
    expect(await stage(peers, connected).rollCall.seesMajorityWithout(missing)).toBe(sees);
  });

  it('without the peer in question, connected or not', async () => {
    const { rollCall } = stage([self, b, c, d], [b, c]);
    expect(await rollCall.seesMajorityWithout(c)).toBe(false);
  });

  it('by who answers, not by who is connected', async () => {
    const behindCutCable = stage([self, b, c, d, e], [b, c, d, e], [b]);
    expect(await behindCutCable.rollCall.seesMajorityWithout(e)).toBe(false);
    expect(behindCutCable.pinged).toEqual([b, c, d]);
  });

  it('without a word where enough were just heard', async () => {
    const { rollCall, pinged, clock } = stage([self, b, c, d], [b, c, d], []);
    for (const peer of [b, c]) rollCall.heard(peer);
    expect(await rollCall.seesMajorityWithout(d)).toBe(true);
    expect(pinged).toEqual([]);
    await clock.advance(probeMs + 1);
    expect(await rollCall.seesMajorityWithout(d)).toBe(false);
  });

  it('never by a minority that buries one after another', async () => {
    const { membership, rollCall } = stage([self, b, c, d, e], [b]);
    for (const peer of [c, d, e]) {
      membership.suspect(peer);
      if (await rollCall.seesMajorityWithout(peer)) membership.bury(peer);
    }
    expect(membership.live()).toHaveLength(5);
  });
});

describe('a peer alone behind a cut cable, whose connections stand', () => {
  it.each([2, 8, 11, 15, 17, 30])('among %i others buries nobody', async (others) => {
    const { clock, peers, membership, hanging, stop } = meshOf(others);
    await clock.advance(2_000);
    for (const peer of peers) hanging.add(peer);
    await clock.advance(20 * suspicionMs);
    expect(peers.filter((peer) => membership.isDead(peer))).toEqual([]);
    stop();
  });

  it('does not confirm the death that it saw in better times, and buries again when it sees a majority', async () => {
    const { clock, peers, membership, hanging, kill, isConfirmedDead, stop, journal } = meshOf(9);
    const [dead] = peers;
    if (dead === undefined) throw new Error('there is nobody');
    kill(dead);
    await clock.advance(3 * suspicionMs);
    expect(membership.isDead(dead)).toBe(true);
    expect(await isConfirmedDead(dead)).toBe(true);
    for (const peer of peers) hanging.add(peer);
    await clock.advance(probeMs + 1);
    const confirmed = isConfirmedDead(dead);
    await clock.advance(2 * probeMs);
    expect(await confirmed).toBe(false);
    expect(membership.get(dead)?.liveness).toBe('suspected');
    hanging.clear();
    await clock.advance(10 * suspicionMs);
    expect(membership.isDead(dead)).toBe(true);
    expect(journal.of('member.dead').filter(({ peer }) => peer === dead)).toHaveLength(2);
    stop();
  });
});
