/**
 * What peers hold of each other's journals: copies of their own, on the disk of whoever keeps them. They grow
 * over a stream between two peers that are connected, from the writer or from a third one that has more,
 * after a while; nothing comes through a split or a cut. What a peer wrote that lost its disk is in copies alone.
 * As a replica of Hypercore does, a copy takes only what its writer put on top of what it holds, whoever hands it on.
 */
import type { PeerId } from '@bzzz/protocol';
import type { Mesh } from '@bzzz/coordination';
import type { Faults } from './faults.ts';
import type { History } from './history.ts';
import type { Links } from './links.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import { isNext } from './seals.ts';
import type { Sights } from './sights.ts';
import type { Timeline } from './timeline.ts';
import type { DiskEntry, VirtualDisk } from './virtual-journal.ts';

/** A copy of one journal. */
interface Copy {
  readonly entries: DiskEntry[];
  /** When each of them came. */
  readonly arrivedAtMs: number[];
  /** Whether somebody is going to look for more. */
  coming: boolean;
}

/** By writer. Survives the process, as a disk does. */
export type Copies = Map<PeerId, Copy>;

export interface Holder {
  readonly id: PeerId;
  readonly disk: VirtualDisk;
  readonly copies: Copies;
  readonly process: Pick<Process, 'running'> | null;
  readonly mesh: Pick<Mesh, 'connected'> | null;
}

export interface Replication {
  /** The peer has heard of that writer, and keeps its journal from now on. */
  meet(taker: PeerId, writer: PeerId): void;
  /** There is more in the journal of that peer. */
  onGrown(writer: PeerId): void;
  /** A process has started, over the copies on its disk. */
  onStart(taker: PeerId): void;
  /** Whether that peer had held an entry of another's journal long enough to have read it. */
  knew(peer: PeerId, writer: PeerId, seq: number): boolean;
}

export interface ReplicationDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly links: Pick<Links, 'opens' | 'delayMs'>;
  readonly sights: Sights;
  readonly faults: () => Faults;
  readonly history: Pick<History, 'record'>;
  readonly peers: () => readonly Holder[];
  /** Takes whatever comes: a bug built in on purpose. */
  readonly credulous?: boolean;
}

/** Whoever decides reads the journals in the same moment; this is more. */
const readMs = 1_000;

export function createReplication(deps: ReplicationDeps): Replication {
  const { timeline, random, links, sights, peers, history, credulous = false } = deps;
  /** So that the rest of a seed stays what it was. */
  const forging = random.fork('forging');

  function later(taker: PeerId, writer: PeerId, copy: Copy, delayMs: number): void {
    if (copy.coming) return;
    copy.coming = true;
    timeline.after(delayMs, () => {
      copy.coming = false;
      bring(taker, writer, copy);
    });
  }

  /** A stream may stand still until it is given up and opened anew. */
  function streamMs(): number {
    if (!random.chance(deps.faults().stalledReplica)) return random.between(5, 500);
    sights.count('stalledReplica');
    return random.between(1_000, 40_000);
  }

  function bring(id: PeerId, writer: PeerId, copy: Copy): void {
    const taker = holderOf(id);
    // It looks anew when it starts; on a disk that is lost nothing arrives.
    if (taker === undefined || taker.process === null) return;
    const richer = peers().filter(
      (one) => one !== taker && heldBy(one, writer) > copy.entries.length,
    );
    if (richer.length === 0) return;
    const source =
      richer.find((one) => one.id === writer && flows(one, taker)) ?? best(richer, taker);
    if (source === undefined) return later(id, writer, copy, random.between(1_000, 5_000));
    const offered = entriesOf(source, writer).slice(copy.entries.length);
    take(copy, { id, writer, offered: source.id === writer ? offered : handedOn(offered) });
    if (source.id !== writer) sights.count('copied from a third');
    later(id, writer, copy, streamMs());
  }

  /** A third peer may say what its own writer never said. */
  function handedOn(entries: readonly DiskEntry[]): readonly DiskEntry[] {
    const { forgedCopy } = deps.faults();
    if (forgedCopy === 0 || !forging.chance(forgedCopy)) return entries;
    const at = forging.between(0, entries.length - 1);
    return entries.map((entry, index) => (index === at ? forged(entry) : entry));
  }

  /** As much of it as follows. */
  function take(
    { entries, arrivedAtMs }: Copy,
    { id, writer, offered }: { id: PeerId; writer: PeerId; offered: readonly DiskEntry[] },
  ): void {
    const from = entries.length;
    for (const entry of offered) {
      if (!credulous && !isNext(entry, { writer, top: entries.at(-1) })) {
        sights.count('forgedCopy');
        break;
      }
      entries.push(entry);
      arrivedAtMs.push(timeline.nowMs());
    }
    if (entries.length === from) return;
    const bodies = entries.slice(from).map((one) => ('further' in one ? null : one.body));
    history.record({ kind: 'copied', peer: id, writer, from, bodies });
  }

  function best(richer: readonly Holder[], taker: Holder): Holder | undefined {
    return random.pick(richer.filter((one) => flows(one, taker)));
  }

  /** Both sides ask and answer. */
  function flows(from: Holder, to: Holder): boolean {
    if (from.process?.running() !== true || to.process?.running() !== true) return false;
    return to.mesh?.connected().includes(from.id) === true && links.opens(from.id, to.id);
  }

  function holderOf(id: PeerId): Holder | undefined {
    return peers().find((one) => one.id === id);
  }

  return {
    meet(id, writer) {
      const taker = holderOf(id);
      if (taker === undefined || taker.copies.has(writer)) return;
      const copy: Copy = { entries: [], arrivedAtMs: [], coming: false };
      taker.copies.set(writer, copy);
      later(id, writer, copy, streamMs());
    },
    onGrown(writer) {
      for (const { id, copies } of peers()) {
        const copy = copies.get(writer);
        if (copy !== undefined && !copy.coming) later(id, writer, copy, streamMs());
      }
    },
    onStart(id) {
      for (const [writer, copy] of holderOf(id)?.copies ?? []) later(id, writer, copy, streamMs());
    },
    knew(id, writer, seq) {
      if (id === writer) return true;
      const arrivedAtMs = holderOf(id)?.copies.get(writer)?.arrivedAtMs[seq];
      return arrivedAtMs !== undefined && arrivedAtMs + readMs <= timeline.nowMs();
    },
  };
}

function heldBy(holder: Holder, writer: PeerId): number {
  return entriesOf(holder, writer).length;
}

function forged(entry: DiskEntry): DiskEntry {
  return 'further' in entry ? { ...entry } : { ...entry, body: { kind: 'peer.stopped' } };
}

const nothing: readonly DiskEntry[] = [];

function entriesOf({ id, disk, copies }: Holder, writer: PeerId): readonly DiskEntry[] {
  return id === writer ? disk.entries : (copies.get(writer)?.entries ?? nothing);
}
