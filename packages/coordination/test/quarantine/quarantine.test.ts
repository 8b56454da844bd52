/** Who is set aside, for how long, and how others learn of it. */
import {
  bytesToHex,
  headSigningBytes,
  type HeadsMessage,
  ToldHead,
  JournalKey,
  type PeerId,
  Sha256Hex,
  type SignedHead,
  topics,
} from '@bzzz/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { helpCandidates } from '../../src/help/candidates.ts';
import { createMembership } from '../../src/membership/membership.ts';
import { foldQuarantine } from '../../src/quarantine/memory.ts';
import { placesMax, strangersMax } from '../../src/quarantine/places.ts';
import { createQuarantine, logsSetAside } from '../../src/quarantine/quarantine.ts';
import { readMemory } from '../../src/recovery/fold.ts';
import { createBook } from '../../src/task/book.ts';
import { createIdentity, peerOf } from '../support/identity.ts';
import { createMemoryJournal } from '../support/memory-journal.ts';
import { createMemoryPeer, createMemoryWorld } from '../support/memory-peers.ts';
import { calm, capabilitiesOf, createStand, task } from '../support/stand.ts';

type Peer = ReturnType<typeof createMemoryPeer>;

const peers: Peer[] = [];
afterEach(async () => {
  await Promise.all(peers.splice(0).map(({ coordinator }) => coordinator.stop()));
});

const liar = createIdentity(9);
const key = JournalKey.parse('ab'.repeat(32));

const headOf = (length: number, digit: string) => headBy(liar, length, digit);
const evidenceOf = (length: number) => evidenceBy(liar, length);

async function headBy(who: typeof liar, length: number, digit: string): Promise<SignedHead> {
  const treeHash = Sha256Hex.parse(digit.repeat(64));
  const statement = {
    peer: who.peer,
    head: ToldHead.parse({ key, length, fork: 0, treeHash, rootsHash: treeHash }),
  };
  return { ...statement, signature: bytesToHex(await who.sign(headSigningBytes(statement))) };
}

async function evidenceBy(who: typeof liar, length: number) {
  const [first, second] = [await headBy(who, length, '1'), await headBy(who, length, '2')];
  return { kind: 'heads' as const, first, second };
}

/** Peers, each linked with the next, and one that says whatever the test wants. */
async function meshOf(count: number, journals: ReturnType<typeof createMemoryJournal>[] = []) {
  const world = createMemoryWorld();
  const mesh = world.hub.join(liar.peer);
  for (let index = 1; index <= count; index += 1) {
    const journal = journals[index - 1];
    const peer = createMemoryPeer(world, index, journal === undefined ? {} : { journal });
    for (const other of peers) world.hub.link(other.peer, peer.peer);
    peers.push(peer);
    await peer.coordinator.start();
  }
  const say = async (message: HeadsMessage) => {
    await mesh.publish(topics.heads, message);
    await world.clock.advance(100);
  };
  /** The liar says to whoever is linked with it that it is a member. */
  const join = async () => {
    await mesh.publish(topics.capabilities, capabilitiesOf(liar.peer));
    await world.clock.advance(100);
  };
  return { ...world, say, join };
}

const asideAt = (index: number) =>
  peers[index]?.coordinator.view().quarantine.map(({ peer }) => peer);

describe('a peer that is heard with two stories', () => {
  it('is set aside, by those too who heard only one of them, and journalled by who met it', async () => {
    const { hub, clock, say, join } = await meshOf(3);
    const [one, two, three] = peers;
    if (!one || !two || !three) throw new Error('there are three');
    hub.link(one.peer, liar.peer);
    await join();
    await say({ kind: 'heads', heads: [await headOf(7, '1')] });
    await say({ kind: 'heads', heads: [await headOf(9, '3')] });
    expect(asideAt(0)).toEqual([]);
    await say({ kind: 'heads', heads: [await headOf(7, '2')] });
    await clock.advance(1_000);
    for (const index of [0, 1, 2]) expect(asideAt(index)).toEqual([liar.peer]);
    const written = () => peers.map(({ journal }) => journal.of('peer.quarantined').length);
    expect(written()).toEqual([1, 0, 0]);
    for (const other of [two, three]) hub.link(other.peer, liar.peer);
    await join();
    await join();
    expect(written()).toEqual([1, 1, 1]);
  });

  it('is told of to whoever joins later', async () => {
    const world = await meshOf(1);
    const [one] = peers;
    if (!one) throw new Error('there is one');
    world.hub.link(one.peer, liar.peer);
    await world.join();
    await world.say({ kind: 'fork', evidence: await evidenceOf(7) });
    const late = createMemoryPeer(world, 2);
    world.hub.link(one.peer, late.peer);
    peers.push(late);
    await late.coordinator.start();
    await world.clock.advance(120_000);
    expect(asideAt(1)).toEqual([liar.peer]);
  });

  it('stays aside over restarts, until a person decides, and then for what comes later only', async () => {
    const journal = createMemoryJournal();
    const first = await meshOf(1, [journal]);
    const [one] = peers;
    if (!one) throw new Error('there is one');
    first.hub.link(one.peer, liar.peer);
    await first.join();
    await first.say({ kind: 'fork', evidence: await evidenceOf(7) });
    await one.coordinator.stop();
    peers.length = 0;

    const second = await meshOf(1, [journal]);
    expect(asideAt(0)).toEqual([liar.peer]);
    const [again] = peers;
    if (!again) throw new Error('there is one');
    await again.coordinator.liftQuarantine(liar.peer);
    expect(asideAt(0)).toEqual([]);
    second.hub.link(again.peer, liar.peer);
    await second.say({ kind: 'fork', evidence: await evidenceOf(6) });
    await second.say({ kind: 'fork', evidence: await evidenceOf(7) });
    expect(asideAt(0)).toEqual([]);
    const { quarantine } = await readMemory(journal, calm);
    expect(quarantine.quarantined).toEqual([]);
    await second.say({ kind: 'fork', evidence: await evidenceOf(8) });
    expect(asideAt(0)).toEqual([liar.peer]);
    await expect(again.coordinator.liftQuarantine(peerOf(5))).rejects.toMatchObject({
      code: 'peer_unknown',
    });
  });

  it('is not blamed by hearsay, or by heads that another sends in its name', async () => {
    const { hub, say } = await meshOf(1);
    const [one] = peers;
    if (!one) throw new Error('there is one');
    hub.link(one.peer, liar.peer);
    const evidence = await evidenceOf(7);
    const bent = { ...evidence.second, signature: evidence.first.signature };
    await say({ kind: 'fork', evidence: { ...evidence, second: bent } });
    const stranger = hub.join(peerOf(8));
    hub.link(one.peer, peerOf(8));
    const message: HeadsMessage = { kind: 'heads', heads: [evidence.first, evidence.second] };
    await stranger.publish(topics.heads, message);
    await say({ kind: 'heads', heads: [evidence.first] });
    expect(asideAt(0)).toEqual([]);
  });
});

describe('whom to ask for help', () => {
  it('is first who says that he has what is missing', () => {
    const { quarantine, ...stand } = createStand(1);
    const membership = createMembership(stand.peer);
    for (const index of [1, 2, 3, 4]) {
      const tools = index === 3 ? ['jq'] : [];
      membership.heard(capabilitiesOf(peerOf(index), { tools }), 0);
    }
    const deps = { self: stand.peer, membership, quarantine, book: createBook() };
    // Sound: candidates look at these three fields alone.
    const plea = { id: '1'.repeat(32), task, peer: stand.peer } as Parameters<
      typeof helpCandidates
    >[1];
    const usual = helpCandidates(deps, plea);
    const ordered = helpCandidates(deps, plea, { kind: 'tool', name: 'jq' });
    expect(ordered).toEqual([peerOf(3), ...usual.filter((peer) => peer !== peerOf(3))]);
    expect(helpCandidates(deps, plea, { kind: 'toString', name: 'jq' })).toEqual(usual);
  });
});

describe('quarantine', () => {
  it('keeps a peer from being asked for help', async () => {
    const { quarantine, ...stand } = createStand(1);
    const membership = createMembership(stand.peer);
    for (const index of [1, 2, 9]) membership.heard(capabilitiesOf(peerOf(index)), 0);
    const deps = { self: stand.peer, membership, quarantine, book: createBook() };
    const plea = { id: '1'.repeat(32), task, peer: stand.peer };
    // Sound: candidates look at these three fields alone.
    const ask = () => helpCandidates(deps, plea as Parameters<typeof helpCandidates>[1]);
    expect(new Set(ask())).toEqual(new Set([peerOf(2), peerOf(9)]));
    const found = { peer: liar.peer, key, fork: 0, length: 7, reason: 'two stories' };
    await quarantine.put(found, await evidenceOf(7));
    expect(ask()).toEqual([peerOf(2)]);
  });

  it('has a place for whoever was met, however many others sign two stories', async () => {
    const world = await meshOf(1);
    const [one] = peers;
    if (!one) throw new Error('there is one');
    world.hub.link(one.peer, liar.peer);
    const flood = async (from: number) => {
      for (let index = from; index < from + strangersMax + 5; index += 1) {
        await world.say({ kind: 'fork', evidence: await evidenceBy(createIdentity(index), 7) });
      }
    };
    await flood(1_000);
    expect(asideAt(0)).toHaveLength(strangersMax);
    await world.join();
    await world.say({ kind: 'fork', evidence: await evidenceOf(7) });
    expect(asideAt(0)).toContain(liar.peer);
    await flood(2_000);
    // The oldest of those who were never met have gone, and nothing of them was ever written.
    expect(asideAt(0)).toHaveLength(strangersMax + 1);
    expect(asideAt(0)).toContain(liar.peer);
    expect(asideAt(0)).not.toContain(createIdentity(1_000).peer);
    expect(one.journal.of('peer.quarantined')).toMatchObject([{ peer: liar.peer }]);
    await one.coordinator.stop();
    const { quarantine } = await readMemory(one.journal, calm);
    expect(quarantine.quarantined).toMatchObject([{ peer: liar.peer }]);
  });

  it('keeps whom it wrote down, though it has not met him since a restart', async () => {
    const { clock, chronicle } = createStand(1);
    const quarantine = createQuarantine({ clock, chronicle, membership: { isMet: () => false } });
    const evidence = await evidenceOf(7);
    const one = { peer: liar.peer, key, reason: 'two stories', evidence, sinceWallMs: 0 };
    quarantine.remember({ quarantined: [one], settled: new Map() });
    for (let index = 0; index < strangersMax + 5; index += 1) {
      const found = { peer: peerOf(index), key, fork: 0, length: 7, reason: 'two stories' };
      await quarantine.put(found, evidence);
    }
    expect(quarantine.has(liar.peer)).toBe(true);
    // Others are told of him: they may have been started anew, too.
    expect(quarantine.told().map(({ peer }) => peer)).toEqual([liar.peer]);
  });

  it('remembers members first, of more than it may hold', async () => {
    const fold = foldQuarantine();
    const evidence = await evidenceOf(7);
    const aside = (peer: PeerId) =>
      fold.take({ kind: 'peer.quarantined', peer, reason: 'two stories', evidence }, 0);
    fold.take({ kind: 'member.joined', peer: liar.peer, name: 'liar' }, 0);
    aside(liar.peer);
    for (let index = 0; index < placesMax + 5; index += 1) aside(peerOf(index));
    const { quarantined } = fold.memory();
    expect(quarantined).toHaveLength(placesMax);
    expect(quarantined.map(({ peer }) => peer)).toContain(liar.peer);
  });

  it('sets nobody aside twice', async () => {
    const { quarantine, journal } = createStand(1);
    const found = { peer: liar.peer, key, fork: 0, length: 7, reason: 'two stories' };
    await quarantine.put(found, await evidenceOf(7));
    await quarantine.put(found, await evidenceOf(7));
    expect(quarantine.all()).toHaveLength(1);
    expect(journal.of('peer.quarantined')).toHaveLength(1);
  });

  it('leaves a journal alone that somebody else calls his own, too', () => {
    const [victims, other] = ['cd', 'ef'].map((two) => JournalKey.parse(two.repeat(32)));
    if (!victims || !other) throw new Error('there are two');
    const members = [
      { peer: liar.peer, journal: { key: other } },
      { peer: peerOf(2), journal: { key: victims } },
    ];
    const aside = logsSetAside([{ peer: liar.peer, key: victims }], members);
    expect([...aside]).toEqual([other]);
  });
});
