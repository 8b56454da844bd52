import { heartbeatChannel, topics } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { peerOf } from '../support/identity.ts';
import { capabilitiesOf } from '../support/stand.ts';
import { meshOf, pingMs, probeMs, silenceMs, suspicionMs } from '../support/watched-mesh.ts';

describe('a connected peer that says nothing any more', () => {
  /** Until its silence was noticed, and those who were asked have answered. */
  const noticedMs = silenceMs + pingMs + 2 * probeMs;

  it('is asked for through others, suspected, buried and cut off', async () => {
    const { clock, peers, membership, journal, asked, pinged, hanging, mesh } = meshOf(6);
    const gone = peers[0] ?? peerOf(99);
    await clock.advance(2 * pingMs);
    hanging.add(gone);
    await clock.advance(silenceMs - pingMs);
    expect([membership.get(gone)?.liveness, asked]).toEqual(['alive', []]);
    await clock.advance(2 * pingMs + 2 * probeMs);
    expect(membership.get(gone)?.liveness).toBe('suspected');
    expect(new Set(asked).size).toBe(3);
    await clock.advance(pingMs);
    // It is told of the suspicion with each ping, so that it can refute.
    expect(pinged.filter(({ peer }) => peer === gone).at(-1)).toMatchObject({ suspected: 1 });
    expect(mesh.connected()).toContain(gone);
    await clock.advance(suspicionMs);
    expect(membership.isDead(gone)).toBe(true);
    expect(mesh.connected()).not.toContain(gone);
    expect(journal.kinds()).toEqual(['member.suspected', 'member.dead']);
  });

  /** A mesh in which we do not ping everybody, and somebody whom we do not. */
  async function meshWithUnwatched() {
    const mesh = meshOf(20);
    await mesh.clock.advance(2 * pingMs);
    const unwatched = mesh.peers.find((one) => mesh.pinged.every(({ peer }) => peer !== one));
    if (unwatched === undefined) throw new Error('all are pinged');
    const pingsUs = () => {
      const ping = { kind: 'ping' as const, seq: 1, incarnation: 1 };
      mesh.meshes.get(unwatched)?.send(heartbeatChannel, mesh.mesh.peer, ping);
    };
    return { ...mesh, unwatched, pingsUs };
  }

  it('is missed by those whom it pinged, though they never pinged it', async () => {
    const { clock, membership, hanging, unwatched, pingsUs } = await meshWithUnwatched();
    pingsUs();
    hanging.add(unwatched);
    await clock.advance(noticedMs);
    expect(membership.get(unwatched)?.liveness).toBe('suspected');
    await clock.advance(suspicionMs);
    expect(membership.isDead(unwatched)).toBe(true);
  });

  it('is asked once, and left to others, when it lives and only pings somebody else now', async () => {
    const { clock, membership, pinged, unwatched, pingsUs } = await meshWithUnwatched();
    pingsUs();
    await clock.advance(10 * noticedMs);
    expect(membership.get(unwatched)?.liveness).toBe('alive');
    expect(pinged.filter(({ peer }) => peer === unwatched)).toHaveLength(1);
  });

  it.each([
    { self: 1, pings: 0, what: 'not pinged' },
    { self: 9, pings: 10, what: 'pinged all the same' },
  ])(
    'is $what where it pings us: of two the one with the higher id does',
    async ({ self, pings }) => {
      const { clock, peers, pinged, meshes, mesh } = meshOf(2, [], self);
      const [other = peerOf(99)] = peers;
      expect(other > mesh.peer).toBe(self === 1);
      const count = () => pinged.filter(({ peer }) => peer === other).length;
      const ping = { kind: 'ping' as const, seq: 1, incarnation: 1 };
      for (let rounds = 0; rounds < 10; rounds += 1) {
        meshes.get(other)?.send(heartbeatChannel, mesh.peer, ping);
        await clock.advance(pingMs);
      }
      expect(count()).toBe(pings);
      // It pings us no more: then we do in any case.
      await clock.advance(3 * pingMs);
      expect(count()).toBe(pings + 3);
    },
  );

  it('is cleared by the next thing that comes of it', async () => {
    const { clock, peers, membership, hanging } = meshOf(6);
    const gone = peers[0] ?? peerOf(99);
    await clock.advance(2 * pingMs);
    hanging.add(gone);
    await clock.advance(noticedMs);
    expect(membership.get(gone)?.liveness).toBe('suspected');
    hanging.delete(gone);
    await clock.advance(pingMs);
    expect(membership.get(gone)?.liveness).toBe('alive');
    await clock.advance(10 * suspicionMs);
    expect(membership.get(gone)?.liveness).toBe('alive');
  });

  it('gets a new connection when others reach it and we do not', async () => {
    const { clock, peers, membership, journal, hanging, mesh, answer } = meshOf(6);
    const gone = peers[0] ?? peerOf(99);
    await clock.advance(2 * pingMs);
    answer(true);
    hanging.add(gone);
    await clock.advance(2 * noticedMs);
    expect([membership.get(gone)?.liveness, journal.kinds()]).toEqual(['alive', []]);
    expect(mesh.connected()).toContain(gone);
    await clock.advance(2 * noticedMs);
    expect(mesh.connected()).not.toContain(gone);
    await clock.advance(2 * suspicionMs);
    expect(membership.get(gone)?.liveness).toBe('alive');
  });

  it('is not missed when nothing ever came of it: it may speak no heartbeat', async () => {
    const { clock, hub, mesh, membership, journal } = meshOf(6);
    const older = peerOf(60);
    hub.join(older);
    membership.heard(capabilitiesOf(older), 0);
    hub.link(mesh.peer, older);
    await clock.advance(20 * silenceMs);
    expect([membership.get(older)?.liveness, journal.kinds()]).toEqual(['alive', []]);
  });

  it('is not blamed for our own pause', async () => {
    const { clock, membership, peers, pause, journal } = meshOf(6);
    await clock.advance(4 * pingMs);
    pause(60_000);
    await clock.advance(4 * pingMs);
    expect(journal.kinds()).toEqual([]);
    expect(peers.map((peer) => membership.get(peer)?.liveness)).not.toContain('suspected');
  });

  it('is asked at once by who hears of a suspicion, and buries nobody as one of a minority', async () => {
    const { clock, peers, meshes, membership, hanging } = meshOf(4);
    await clock.advance(2 * pingMs);
    for (const peer of peers.slice(0, 3)) hanging.add(peer);
    const [gone = peerOf(98)] = peers;
    const note = { kind: 'suspected' as const, peer: gone, incarnation: 1 };
    await meshes.get(peers[3] ?? gone)?.publish(topics.health, note);
    await clock.advance(2.5 * probeMs);
    expect(membership.get(gone)?.liveness).toBe('suspected');
    await clock.advance(20 * suspicionMs);
    expect(peers.map((peer) => membership.isDead(peer))).toEqual([false, false, false, false]);
  });

  it('gets a new connection where no majority is seen, which finds it as soon as there is a way', async () => {
    const { clock, hub, mesh, peers, membership, journal, hanging } = meshOf(4);
    await clock.advance(2 * pingMs);
    // A router is gone: nobody closes anything, and TCP tries ever more seldom.
    for (const peer of peers) hanging.add(peer);
    await clock.advance(noticedMs + suspicionMs);
    expect(mesh.connected()).toHaveLength(peers.length);
    await clock.advance(3 * suspicionMs);
    expect(mesh.connected()).toEqual([]);
    expect(journal.of('member.dead')).toEqual([]);
    hanging.clear();
    for (const peer of peers) hub.link(mesh.peer, peer);
    await clock.advance(2 * suspicionMs);
    expect(peers.map((peer) => membership.get(peer)?.liveness)).not.toContain('suspected');
    expect(mesh.connected()).toHaveLength(peers.length);
    expect(journal.of('member.suspected')).toHaveLength(peers.length);
  });

  it('is not buried by what was found out before the majority came back', async () => {
    const { clock, hub, mesh, peers, journal, hanging } = meshOf(4);
    await clock.advance(2 * pingMs);
    // With one other we are two of five, who find out about the rest together.
    for (const peer of peers.slice(0, 3)) hanging.add(peer);
    await clock.advance(noticedMs + 5.5 * suspicionMs);
    hanging.clear();
    // They are dialled one after the other.
    const [late, ...early] = peers.slice(0, 3);
    for (const peer of early) hub.link(mesh.peer, peer);
    await clock.advance(suspicionMs);
    hub.link(mesh.peer, late ?? peerOf(99));
    await clock.advance(3 * suspicionMs);
    expect(journal.of('member.dead')).toEqual([]);
  });

  it('is not buried by what was found out as the first were heard again', async () => {
    const { clock, peers, journal, hanging } = meshOf(4);
    await clock.advance(2 * pingMs);
    const [late, ...early] = peers.slice(0, 3);
    for (const peer of peers.slice(0, 3)) hanging.add(peer);
    // In the middle of the first round: the answers to it are those of a minority.
    await clock.advance(noticedMs + 0.5 * suspicionMs);
    for (const peer of early) hanging.delete(peer);
    await clock.advance(suspicionMs);
    hanging.delete(late ?? peerOf(99));
    await clock.advance(3 * suspicionMs);
    expect(journal.of('member.dead')).toEqual([]);
    expect(journal.of('member.suspected')).toHaveLength(3);
  });
});
