/** Copies of journals in the virtual world come late, and only while two peers are connected. */
import { journalEntryCodec, type PeerId } from '@bzzz/protocol';
import { beforeEach, describe, expect, it } from 'vitest';
import { type Faults, noFaults } from '../src/sim/faults.ts';
import { createLinks } from '../src/sim/links.ts';
import { createProcess } from '../src/sim/process.ts';
import { writeEntry } from '../src/sim/virtual-journal.ts';
import { createVirtualNetwork, type VirtualNetwork } from '../src/sim/virtual-mesh.ts';
import {
  createReplication,
  type Holder,
  type Replication,
} from '../src/sim/virtual-replication.ts';
import { createVirtualPlace, virtualPeerId } from './contracts/virtual-peer.ts';

const [a, b, c] = [virtualPeerId('a'), virtualPeerId('b'), virtualPeerId('c')];

function createWorldOfCopies() {
  const place = createVirtualPlace();
  const { timeline } = place;
  const links = createLinks(() => network.reconnect());
  const network: VirtualNetwork = createVirtualNetwork({
    ...place,
    links,
    faults: () => noFaults,
    onListenerError: () => undefined,
  });
  const holders = new Map<PeerId, Holder>();
  let faults: Faults = noFaults;
  let written = 0;
  const replication: Replication = createReplication({
    ...place,
    links,
    faults: () => faults,
    peers: () => [...holders.values()],
  });

  function start(id: PeerId): void {
    const process = createProcess(timeline, { skewMs: 0 });
    const before = holders.get(id) ?? { disk: { entries: [] }, copies: new Map() };
    holders.set(id, { ...before, id, process, mesh: network.join(id, process) });
    replication.onStart(id);
  }

  return {
    ...place.pump,
    links,
    replication,
    start,
    /** Each keeps the journals of the others from now on. */
    async meet() {
      const isWhole = () =>
        [...holders.values()].every(({ mesh }) => mesh?.connected().length === 2);
      await place.pump.until(isWhole);
      for (const taker of holders.keys()) {
        for (const writer of holders.keys()) if (writer !== taker) replication.meet(taker, writer);
      }
    },
    crash(id: PeerId) {
      const holder = holders.get(id);
      if (holder !== undefined) holders.set(id, { ...holder, process: null, mesh: null });
      network.leave(id);
    },
    lose: (id: PeerId) => holders.delete(id) && network.leave(id),
    write(id: PeerId) {
      const disk = holders.get(id)?.disk ?? { entries: [] };
      const body = { kind: 'pause.set' as const, scope: 'self' as const, paused: true };
      const at = { wallMs: 0, counter: (written += 1) };
      writeEntry(disk, { writer: id, bytes: journalEntryCodec.encode({ v: 1, at, body }) });
      replication.onGrown(id);
    },
    /** What was written last is not on its disk any more. */
    setBack: (id: PeerId) => holders.get(id)?.disk.entries.pop(),
    forge(share: number) {
      faults = { ...noFaults, forgedCopy: share };
    },
    isPrefix: (taker: PeerId, writer: PeerId) =>
      holders
        .get(taker)
        ?.copies.get(writer)
        ?.entries.every((entry, index) => entry === holders.get(writer)?.disk.entries[index]),
    held: (taker: PeerId, writer: PeerId) => holders.get(taker)?.copies.get(writer)?.entries.length,
    pass: (ms: number) => timeline.run({ untilMs: timeline.nowMs() + ms }),
  };
}

describe('copies of a journal', () => {
  let world: ReturnType<typeof createWorldOfCopies>;
  beforeEach(async () => {
    world = createWorldOfCopies();
    for (const id of [a, b, c]) world.start(id);
    await world.meet();
  });

  it('grow after a while, and can be known a moment later', async () => {
    world.write(a);
    expect(world.held(b, a)).toBe(0);
    expect(world.replication.knew(a, a, 0)).toBe(true);
    await world.until(() => world.held(b, a) === 1);
    expect(world.replication.knew(b, a, 0)).toBe(false);
    await world.until(() => world.replication.knew(b, a, 0));
  });

  it('stand still while the network is split, and grow again afterwards', async () => {
    for (const silent of [true, false]) {
      const before = world.held(b, a) ?? 0;
      world.links.partition(
        new Map([
          [a, 1],
          [b, 2],
          [c, 2],
        ]),
        silent,
      );
      world.write(a);
      await world.pass(60_000);
      expect([world.held(b, a), world.held(c, a)]).toEqual([before, before]);
      world.links.partition(undefined);
      await world.until(() => world.held(b, a) === before + 1 && world.held(c, a) === before + 1);
    }
  });

  it('stand still while nothing gets there one way, as nobody can ask', async () => {
    const heal = [world.links.cut(b, a), world.links.cut(b, c)];
    world.write(a);
    await world.pass(60_000);
    expect(world.held(b, a)).toBe(0);
    for (const end of heal) end();
    await world.until(() => world.held(b, a) === 1);
  });

  it('survive their reader, and the disk of their writer, and go on from a third peer', async () => {
    world.write(a);
    await world.until(() => world.held(b, a) === 1);
    world.crash(b);
    world.write(a);
    await world.until(() => world.held(c, a) === 2);
    world.lose(a);
    await world.pass(60_000);
    expect(world.held(b, a)).toBe(1);
    world.start(b);
    await world.until(() => world.held(b, a) === 2);
  });

  it('take nothing of what a third peer made up', async () => {
    world.links.cut(b, a);
    world.forge(1);
    world.write(a);
    await world.until(() => world.held(c, a) === 1);
    await world.pass(60_000);
    expect(world.held(b, a)).toBe(0);
    world.forge(0.5);
    for (let count = 0; count < 20; count += 1) world.write(a);
    await world.until(() => world.held(b, a) === 21);
    expect(world.isPrefix(b, a)).toBe(true);
  });

  it('take nothing that does not stand on what they hold, as of a writer that was set back', async () => {
    world.write(a);
    world.write(a);
    await world.until(() => world.held(b, a) === 2);
    world.setBack(a);
    for (let count = 0; count < 3; count += 1) world.write(a);
    await world.pass(60_000);
    expect(world.held(b, a)).toBe(2);
  });
});
