import { heartbeatChannel, type PeerId, topics } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { watchLiveness } from '../../src/membership/liveness.ts';
import { createMembership } from '../../src/membership/membership.ts';
import { startPresence } from '../../src/membership/presence.ts';
import type { Mesh } from '../../src/index.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { settle } from '../support/manual-clock.ts';
import { peerOf } from '../support/identity.ts';
import { capabilitiesOf, createStand } from '../support/stand.ts';

const [pingMs, silenceMs, probeMs, suspicionMs] = [500, 2_000, 200, 3_000];

/** One real peer in a mesh of others that only stand there. */
function meshOf(others: number, remembered: readonly PeerId[] = []) {
  const stand = createStand(1);
  const hub = createMemoryHub();
  const mesh = hub.join(stand.peer);
  const peers = Array.from({ length: others }, (_, index) => peerOf(index + 2));
  const meshes = new Map<PeerId, Mesh>(peers.map((peer) => [peer, hub.join(peer)]));
  const membership = createMembership(stand.peer);
  for (const peer of [stand.peer, ...peers]) membership.heard(capabilitiesOf(peer), 0);
  membership.remember(remembered);
  const suspected: number[] = [];
  const asked: PeerId[] = [];
  let pausedMs = 0;
  const monotonicMs = () => stand.clock.monotonicMs() + pausedMs;
  const deps = { ...stand, clock: { ...stand.clock, monotonicMs }, mesh, membership };
  const stop = watchLiveness(deps, {
    pingMs,
    silenceMs,
    probeMs,
    suspicionMs,
    incarnation: () => 1,
    onChange: () => undefined,
    onSuspected: (incarnation) => suspected.push(incarnation),
  });
  /** Those who are connected and say nothing any more, as a process that was stopped. */
  const hanging = new Set<PeerId>();
  /** What the others say when they are asked for a peer. */
  let reached = false;
  const answer = (next: boolean) => {
    reached = next;
  };
  const pinged: { readonly peer: PeerId; readonly suspected: number | undefined }[] = [];
  for (const [peer, other] of meshes) {
    other.receive(heartbeatChannel, (from, message) => {
      const { kind, seq } = message;
      if (kind === 'ping') pinged.push({ peer, suspected: message.suspected });
      if (kind === 'ask') asked.push(peer);
      if (hanging.has(peer)) return;
      if (kind === 'ping') other.send(heartbeatChannel, from, { kind: 'ack', seq, incarnation: 1 });
      if (kind !== 'ask') return;
      const { target } = message;
      other.send(heartbeatChannel, from, { kind: 'answer', seq, target, reached });
    });
  }
  for (const peer of peers) hub.link(stand.peer, peer);
  // All have said something, as after the first heartbeat.
  for (const peer of peers) {
    meshes.get(peer)?.send(heartbeatChannel, stand.peer, { kind: 'ack', seq: 0, incarnation: 1 });
  }
  /** Time passes that the process does not see, until its next timer runs late. */
  const pause = (ms: number) => {
    pausedMs += ms;
  };
  const kill = (peer: PeerId) => hub.cut(stand.peer, peer);
  const told = { suspected, asked, pinged };
  const acts = { answer, kill, pause, stop };
  return { ...stand, ...told, ...acts, hub, mesh, peers, membership, meshes, hanging };
}

describe('a member of an earlier run that is not heard', () => {
  const lost = peerOf(90);

  it('counts as living at first, and is buried when nobody reaches it', async () => {
    const { clock, membership, journal, peers, stop } = meshOf(2, [lost]);
    // With three of four in sight there is a majority; without one more there is none.
    expect(membership.seesMajorityWithout(peers[0] ?? lost)).toBe(false);
    await clock.advance(20 * suspicionMs);
    expect(membership.missing()).toEqual([]);
    expect(membership.seesMajorityWithout(peers[0] ?? lost)).toBe(true);
    expect(journal.of('member.dead')).toMatchObject([{ peer: lost }]);
    stop();
    await settle();
    expect(clock.waiting()).toBe(0);
  });

  it('is not buried by who sees a minority, nor while somebody reaches it', async () => {
    const few = meshOf(1, [lost, peerOf(91), peerOf(92)]);
    await few.clock.advance(100 * suspicionMs);
    expect(few.membership.missing()).toHaveLength(3);
    few.stop();
    const reached = meshOf(2, [lost]);
    reached.answer(true);
    await reached.clock.advance(100 * suspicionMs);
    expect(reached.membership.missing()).toEqual([lost]);
    reached.stop();
    expect(reached.journal.of('member.dead')).toEqual([]);
  });
});

describe('a closed connection', () => {
  it('suspects, asks a few others, and declares dead what nobody reaches', async () => {
    const { clock, hub, peers, membership, journal, asked, kill } = meshOf(6);
    const gone = peers[0] ?? peerOf(99);
    kill(gone);
    await settle();
    expect(membership.get(gone)?.liveness).toBe('suspected');
    const note = { kind: 'suspected', peer: gone, incarnation: 1 };
    expect(hub.said).toContainEqual({ from: peerOf(1), topic: 'health', message: note });
    await clock.advance(suspicionMs - 1);
    expect(membership.isDead(gone)).toBe(false);
    await clock.advance(1);
    expect(membership.isDead(gone)).toBe(true);
    expect(new Set(asked).size).toBe(3);
    expect(journal.kinds()).toEqual(['member.suspected', 'member.dead']);
  });

  it('buries nobody on what was true before a pause of our own', async () => {
    const { clock, peers, membership, kill, pause } = meshOf(4);
    const gone = peers[0] ?? peerOf(99);
    kill(gone);
    await clock.advance(suspicionMs / 2);
    pause(60_000);
    await clock.advance(suspicionMs);
    expect(membership.isDead(gone)).toBe(false);
    await clock.advance(2 * suspicionMs);
    expect(membership.isDead(gone)).toBe(true);
  });

  it('kills nobody whom somebody else still reaches', async () => {
    const { clock, peers, membership, answer, kill } = meshOf(4);
    const gone = peers[0] ?? peerOf(99);
    answer(true);
    kill(gone);
    await clock.advance(10 * suspicionMs);
    expect(membership.get(gone)).toMatchObject({ liveness: 'alive', connected: false });
  });

  it('never buries anybody from a minority, and buries once there is a majority', async () => {
    const { clock, hub, peers, membership, kill, peer } = meshOf(4);
    for (const gone of peers.slice(0, 3)) kill(gone);
    await clock.advance(20 * suspicionMs);
    const states = () => peers.map((one) => membership.get(one)?.liveness);
    expect(states()).toEqual(['suspected', 'suspected', 'suspected', 'alive']);
    hub.link(peer, peers[0] ?? peer);
    hub.link(peer, peers[1] ?? peer);
    await clock.advance(2 * suspicionMs);
    expect(states()).toEqual(['alive', 'alive', 'dead', 'alive']);
  });

  it('is refuted by the peer itself, not by others in its name', async () => {
    const { clock, peers, membership, meshes, hub, kill } = meshOf(4);
    const [gone = peerOf(98), liar = peerOf(99)] = peers;
    hub.link(gone, liar);
    kill(gone);
    await settle();
    const alive = { kind: 'alive' as const, peer: gone, incarnation: 2 };
    await meshes.get(liar)?.publish(topics.health, alive);
    expect(membership.get(gone)?.liveness).toBe('suspected');
    // What a gossiping mesh hands on still bears its sender.
    hub.link(peerOf(1), gone);
    await meshes.get(gone)?.publish(topics.health, alive);
    expect(membership.get(gone)?.liveness).toBe('alive');
    await clock.advance(10 * suspicionMs);
    expect(membership.isDead(gone)).toBe(false);
  });

  it('of a peer that nobody heard of is nothing', async () => {
    const { clock, hub, kill, journal } = meshOf(3);
    const stranger = peerOf(50);
    hub.join(stranger);
    hub.link(peerOf(1), stranger);
    kill(stranger);
    await clock.advance(suspicionMs);
    expect(journal.kinds()).toEqual([]);
  });
});

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
    await clock.advance(3 * probeMs);
    expect(membership.get(gone)?.liveness).toBe('suspected');
    await clock.advance(20 * suspicionMs);
    expect(peers.map((peer) => membership.isDead(peer))).toEqual([false, false, false, false]);
  });
});

describe('others', () => {
  it('are told whether a peer answers us that they cannot reach', async () => {
    const { clock, peers, meshes, peer, hanging } = meshOf(3);
    const [asker = peer, target = peer] = peers;
    const answers: boolean[] = [];
    meshes.get(asker)?.receive(heartbeatChannel, (_, message) => {
      if (message.kind === 'answer') answers.push(message.reached);
    });
    const ask = (of: PeerId) => {
      const message = { kind: 'ask' as const, seq: 7, target: of };
      meshes.get(asker)?.send(heartbeatChannel, peer, message);
      return clock.advance(probeMs);
    };
    await ask(target);
    hanging.add(target);
    await ask(target);
    await ask(peerOf(77));
    await ask(peer);
    expect(answers).toEqual([true, false, false, true]);
  });

  it('who suspect us are heard; who suspect others change nothing by that alone', async () => {
    const { peers, meshes, membership, suspected, peer } = meshOf(3);
    const [one = peer, two = peer] = peers;
    const say = (of: PeerId) =>
      meshes.get(one)?.publish(topics.health, { kind: 'suspected', peer: of, incarnation: 7 });
    await say(peer);
    await say(two);
    expect(suspected).toEqual([7]);
    expect(membership.get(two)?.liveness).toBe('alive');
  });

  it('are not listened to any more once we have stopped', async () => {
    const { clock, peers, membership, meshes, suspected, stop, kill, peer } = meshOf(3);
    const [one = peer] = peers;
    kill(one);
    await settle();
    stop();
    await clock.advance(10 * suspicionMs);
    expect(membership.get(one)?.liveness).toBe('suspected');
    const note = { kind: 'suspected' as const, peer, incarnation: 1 };
    await meshes.get(peers[1] ?? one)?.publish(topics.health, note);
    expect(suspected).toEqual([]);
    expect(clock.waiting()).toBe(0);
  });
});

describe('presence', () => {
  function presenceOf() {
    const stand = createStand(1);
    const hub = createMemoryHub();
    const [mesh, other] = [hub.join(stand.peer), hub.join(peerOf(2))];
    const membership = createMembership(stand.peer);
    const joined: PeerId[] = [];
    const { peer: _peer, incarnation: _i, revision: _r, ...about } = capabilitiesOf(stand.peer);
    const presence = startPresence(
      { ...stand, mesh, membership },
      {
        announceMs: 30_000,
        incarnation: 5,
        describe: () => about,
        onJoin: (peer) => joined.push(peer),
        onChange: () => undefined,
      },
    );
    const said = (topic: string) => hub.said.filter((one) => one.topic === topic);
    return { ...stand, hub, mesh, other, membership, joined, presence, said };
  }

  it('is announced at start, every 30 s, on a new connection, and on change', async () => {
    const { clock, hub, said, presence } = presenceOf();
    await clock.advance(0);
    expect(said('capabilities')).toHaveLength(1);
    await clock.advance(60_000);
    expect(said('capabilities')).toHaveLength(3);
    hub.link(peerOf(1), peerOf(2));
    await settle();
    expect(said('capabilities')).toHaveLength(4);
    presence.announce();
    await settle();
    expect(said('capabilities')).toHaveLength(5);
    const revisions = said('capabilities').map(
      ({ message }) =>
        topics.capabilities.codec.decode(topics.capabilities.codec.encode(message as never))
          .revision,
    );
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(new Set(revisions).size).toBe(5);
    presence.stop();
    await settle();
    expect(clock.waiting()).toBe(0);
  });

  it('of others is believed from themselves only', async () => {
    const { hub, other, membership, joined, journal, clock } = presenceOf();
    hub.link(peerOf(1), peerOf(2));
    await other.publish(topics.capabilities, capabilitiesOf(peerOf(3)));
    expect(membership.get(peerOf(3))).toBeUndefined();
    await other.publish(topics.capabilities, capabilitiesOf(peerOf(2)));
    await other.publish(topics.capabilities, capabilitiesOf(peerOf(2), { revision: 2 }));
    await clock.advance(0);
    expect(joined).toEqual([peerOf(2)]);
    expect(journal.of('member.joined')).toEqual([
      { kind: 'member.joined', peer: peerOf(2), name: 'some-peer' },
    ]);
    membership.bury(peerOf(2));
    await other.publish(topics.capabilities, capabilitiesOf(peerOf(2), { incarnation: 2 }));
    expect(joined).toHaveLength(2);
  });

  it('refutes a suspicion with a higher incarnation, an old suspicion not at all', async () => {
    const { clock, presence, said } = presenceOf();
    await clock.advance(0);
    presence.refute(4);
    expect(presence.self().incarnation).toBe(5);
    presence.refute(5);
    await settle();
    expect(presence.self().incarnation).toBe(6);
    expect(said('health')).toMatchObject([{ message: { kind: 'alive', incarnation: 6 } }]);
    expect(said('capabilities').at(-1)).toMatchObject({ message: { incarnation: 6 } });
  });
});
