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
import type { Timeline } from './timeline.ts';

/** Survives the process. */
export interface VirtualDisk {
  readonly entries: JournalEntry[];
  /** It takes no more writes, as a full one. */
  broken?: boolean;
}

export interface VirtualJournalDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly history: History;
  readonly process: Process;
  readonly disk: VirtualDisk;
}

export function createVirtualJournal(deps: VirtualJournalDeps, peer: PeerId): Journal {
  const { timeline, random, history, process, disk } = deps;
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
    head: () => ({
      length: disk.entries.length,
      fork: 0,
      treeHash: keyOf(peer),
      rootsHash: keyOf(peer),
    }),
    append: (entry) =>
      process.leave<number>((resolve, reject) => {
        const stored = journalEntryCodec.decode(journalEntryCodec.encode(entry));
        const write = () => {
          const seq = disk.entries.push(stored) - 1;
          history.record({ kind: 'durable', peer, seq, body: stored.body });
          resolve(seq);
        };
        const fail = () => reject(new BzzzError('journal_write_failed', 'the disk is full'));
        waiting.push({ write, fail });
        sync();
      }),
  };
}

/** The journal of that peer, or a copy of it. */
export function virtualLog(entries: readonly JournalEntry[], peer: PeerId): JournalLog {
  return {
    key: keyOf(peer),
    length: () => entries.length,
    async *read({ from = 0, signal } = {}): AsyncGenerator<StoredEntry> {
      for (let seq = from; seq < entries.length; seq += 1) {
        if (signal?.aborted === true) throw new BzzzError('aborted', 'aborted');
        const entry = entries[seq];
        if (entry !== undefined) yield { seq, entry };
      }
    },
  };
}

function keyOf(peer: PeerId): JournalKey {
  return JournalKey.parse(bytesToHex(utf8(peer)).padEnd(64, '0').slice(-64));
}
