import { heartbeatChannel, type PeerId, topics } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createMembership, type Membership } from '../../src/membership/membership.ts';
import { startPresence } from '../../src/membership/presence.ts';
import { createMemoryHub } from '../support/memory-mesh.ts';
import { settle } from '../support/manual-clock.ts';
import { peerOf } from '../support/identity.ts';
import { capabilitiesOf, createStand } from '../support/stand.ts';
import { absentMs, meshOf, probeMs, silenceMs, suspicionMs } from '../support/watched-mesh.ts';

describe('a member of an earlier run that is not heard', () => {
  const lost = peerOf(90);

  it('counts as living at first, and is buried when nobody reaches it', async () => {
    const { clock, membership, journal, peers, stop } = meshOf(2, [lost]);
    // Two of four are none; of three they are a majority.
    const two = new Set(peers);
    expect(membership.isMajority(two)).toBe(false);
    await clock.advance(20 * suspicionMs);
    expect(membership.missing()).toEqual([]);
    expect(membership.isMajority(two)).toBe(true);
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

  it('is looked into again when last words came after it had closed', async () => {
    const { clock, peers, membership, kill, stop } = meshOf(4);
    const gone = peers[0] ?? peerOf(99);
    kill(gone);
    await clock.advance(suspicionMs / 2);
    membership.heard(capabilitiesOf(gone, { revision: 7 }), clock.monotonicMs());
    await clock.advance(absentMs / 2);
    expect(membership.get(gone)?.liveness).toBe('alive');
    await clock.advance(absentMs);
    expect(membership.isDead(gone)).toBe(true);
    stop();
  });

  it('of whom others reach says nothing for as long as they do', async () => {
    const { clock, peers, membership, kill, answer, journal, stop } = meshOf(4);
    const far = peers[0] ?? peerOf(99);
    answer(true);
    kill(far);
    await clock.advance(10 * absentMs);
    expect(membership.get(far)?.liveness).toBe('alive');
    answer(false);
    await clock.advance(2 * absentMs);
    expect(membership.isDead(far)).toBe(true);
    expect(journal.of('member.dead')).toHaveLength(1);
    stop();
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

  it('is noticed though a suspicion that others told of is just being checked', async () => {
    const { clock, peers, meshes, membership, hanging, kill } = meshOf(4);
    const [gone = peerOf(98), teller = peerOf(99)] = peers;
    hanging.add(gone);
    const note = { kind: 'suspected' as const, peer: gone, incarnation: 1 };
    await meshes.get(teller)?.publish(topics.health, note);
    await clock.advance(probeMs / 2);
    kill(gone);
    await settle();
    expect(membership.get(gone)?.liveness).toBe('suspected');
    await clock.advance(2 * suspicionMs);
    expect(membership.isDead(gone)).toBe(true);
  });

  it('long ago does not hide that others miss the peer now', async () => {
    const { clock, peers, meshes, membership, answer, kill } = meshOf(4);
    const [gone = peerOf(98), teller = peerOf(99)] = peers;
    answer(true);
    kill(gone);
    await clock.advance(2 * suspicionMs);
    expect(membership.get(gone)?.liveness).toBe('alive');
    answer(false);
    const note = { kind: 'suspected' as const, peer: gone, incarnation: 1 };
    await meshes.get(teller)?.publish(topics.health, note);
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

  it('is not refuted by what the peer said before it was suspected, and came late', async () => {
    const { clock, peers, membership, meshes, hanging } = meshOf(4);
    const [gone = peerOf(98)] = peers;
    hanging.add(gone);
    await clock.advance(silenceMs + 4 * probeMs);
    expect(membership.get(gone)?.liveness).toBe('suspected');
    const say = (incarnation: number) =>
      meshes.get(gone)?.publish(topics.health, { kind: 'alive', peer: gone, incarnation });
    await say(1);
    expect(membership.get(gone)?.liveness).toBe('suspected');
    await say(2);
    expect(membership.get(gone)?.liveness).toBe('alive');
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
        onMeshPause: () => undefined,
        onJoin: (peer) => joined.push(peer),
        onChange: () => undefined,
      },
    );
    const said = (topic: string) => hub.said.filter((one) => one.topic === topic);
    return { ...stand, hub, mesh, other, membership, joined, presence, said };
  }

  it('is announced at start, ever seldomer until every 30 s, on a new connection, and on change', async () => {
    const { clock, hub, said, presence } = presenceOf();
    await clock.advance(0);
    expect(said('capabilities')).toHaveLength(1);
    // After 1, 3, 7, 15 and 31 s: whoever started at the same moment may not have listened yet.
    await clock.advance(60_000);
    expect(said('capabilities')).toHaveLength(6);
    await clock.advance(30_000);
    expect(said('capabilities')).toHaveLength(7);
    hub.link(peerOf(1), peerOf(2));
    await settle();
    expect(said('capabilities')).toHaveLength(8);
    presence.announce();
    await settle();
    expect(said('capabilities')).toHaveLength(9);
    const revisions = said('capabilities').map(
      ({ message }) =>
        topics.capabilities.codec.decode(topics.capabilities.codec.encode(message as never))
          .revision,
    );
    expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
    expect(new Set(revisions).size).toBe(9);
    presence.stop();
    await settle();
    expect(clock.waiting()).toBe(0);
  });

  it('is told at once to whoever is heard for the first time, and soon again', async () => {
    const { clock, hub, other, said } = presenceOf();
    hub.link(peerOf(1), peerOf(2));
    await clock.advance(60_000);
    const ours = () => said('capabilities').filter(({ from }) => from === peerOf(1)).length;
    const before = ours();
    await other.publish(topics.capabilities, capabilitiesOf(peerOf(2)));
    await clock.advance(0);
    expect(ours()).toBe(before + 1);
    await clock.advance(1_000);
    expect(ours()).toBe(before + 2);
    await other.publish(topics.capabilities, capabilitiesOf(peerOf(2), { revision: 2 }));
    await clock.advance(0);
    expect(ours()).toBe(before + 2);
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

  it.each([
    ['its connection opens', (known: Membership) => known.connection(peerOf(2), true)],
    ['it is heard', (known: Membership) => known.clear(peerOf(2), 0)],
  ])(
    'of one that was thought dead is journalled when %s, before it says who it is',
    async (_, act) => {
      const { clock, hub, other, membership, joined, journal } = presenceOf();
      hub.link(peerOf(1), peerOf(2));
      await other.publish(topics.capabilities, capabilitiesOf(peerOf(2)));
      membership.bury(peerOf(2));
      act(membership);
      act(membership);
      await clock.advance(0);
      expect(joined).toEqual([peerOf(2), peerOf(2)]);
      expect(journal.of('member.joined')).toHaveLength(2);
    },
  );

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
