/** The Journal port over a virtual disk: what is not on it when the process dies is gone. */
import {
  BzzzError,
  bytesToHex,
  JournalKey,
  type JournalEntry,
  journalEntryCodec,
  type PeerId,
  utf8,
} from '@bzzz/protocol';
import type { Journal, JournalLog, StoredEntry } from '@bzzz/coordination';
import type { History } from './history.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import type { Release } from './releases.ts';
import { sealEntry, treeHashOf } from './seals.ts';
import type { Sights } from './sights.ts';
import type { Timeline } from './timeline.ts';

/** An entry of a kind that only later releases know: it has its place, and is passed over. */
interface FurtherEntry {
  readonly further: true;
}

export type DiskEntry = JournalEntry | FurtherEntry;

/** Survives the process. */
export interface VirtualDisk {
  readonly entries: DiskEntry[];
  /** It takes no more writes, as a full one. */
  broken?: boolean;
}

export interface VirtualJournalDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly history: History;
  readonly process: Process;
  readonly sights: Pick<Sights, 'count'>;
  readonly disk: VirtualDisk;
  /** One that comes after this one writes what this one cannot read. */
  readonly release?: Release;
}

const furtherShare = 0.2;

export function createVirtualJournal(deps: VirtualJournalDeps, peer: PeerId): Journal {
  const { timeline, random, history, process, sights, disk, release = 'today' } = deps;
  const draws = random.fork('further');
  const waiting: { readonly write: () => void; readonly fail: () => void }[] = [];
  let syncing = false;
  let failed = false;

  /** One sync takes everything that waits, in order: group commit. */
  function sync(): void {
    if (syncing) return;
    syncing = true;
    timeline.after(random.between(1, 5), () => {
      syncing = false;
      if (!process.alive()) return;
      // Once a write failed nothing later is taken either: no gap may form.
      failed ||= disk.broken ?? false;
      for (const { write, fail } of waiting.splice(0)) (failed ? fail : write)();
    });
  }

  return {
    ...virtualLog(disk.entries, peer),
    head() {
      const treeHash = treeHashOf(disk.entries.at(-1));
      return { length: disk.entries.length, fork: 0, treeHash, rootsHash: treeHash };
    },
    append: (entry) =>
      process.leave<number>((resolve, reject) => {
        const bytes = journalEntryCodec.encode(entry);
        const isMore = release === 'after' && draws.chance(furtherShare);
        const write = () => {
          if (isMore) {
            sights.count('further entry');
            writeFurther(disk, peer);
          }
          const { seq, body } = writeEntry(disk, { writer: peer, bytes });
          history.record({ kind: 'durable', peer, seq, body });
          resolve(seq);
        };
        const fail = () => reject(new BzzzError('journal_write_failed', 'the disk is full'));
        waiting.push({ write, fail });
        sync();
      }),
  };
}

/** The writer puts it at the end of its own journal. */
export function writeEntry(
  { entries }: VirtualDisk,
  { writer, bytes }: { readonly writer: PeerId; readonly bytes: Uint8Array },
): { readonly seq: number; readonly body: JournalEntry['body'] } {
  const stored = journalEntryCodec.decode(bytes);
  sealEntry(stored, { writer, top: entries.at(-1), bytes });
  return { seq: entries.push(stored) - 1, body: stored.body };
}

function writeFurther({ entries }: VirtualDisk, writer: PeerId): void {
  const stored = { further: true } as const;
  sealEntry(stored, { writer, top: entries.at(-1), bytes: utf8('further') });
  entries.push(stored);
}

/** The journal of that peer, or a copy of it. */
export function virtualLog(entries: readonly DiskEntry[], peer: PeerId): JournalLog {
  return {
    key: keyOf(peer),
    length: () => entries.length,
    async *read({ from = 0, signal } = {}): AsyncGenerator<StoredEntry> {
      for (let seq = from; seq < entries.length; seq += 1) {
        if (signal?.aborted === true) throw new BzzzError('aborted', 'aborted');
        const entry = entries[seq];
        if (entry !== undefined && !('further' in entry)) yield { seq, entry };
      }
    },
  };
}

function keyOf(peer: PeerId): JournalKey {
  return JournalKey.parse(bytesToHex(utf8(peer)).padEnd(64, '0').slice(-64));
}
