import {
  BzzzError,
  fromUtf8,
  hexToBytes,
  type JournalKey,
  type TreeWitness,
  utf8,
} from '@bzzz/protocol';
import type Corestore from 'corestore';
import type Hypercore from 'hypercore';
import { createChangeBell } from './change-bell.ts';
import { followLog } from './follow-log.ts';
import { headOf } from './head.ts';
import type { Head, ReadOptions, Replica } from './interface.ts';
import { localBlock, storageError } from './local-block.ts';
import { createLogReader } from './log-reader.ts';
import { blockCostBytes, blocksToDrop, bytesKept, type Retention } from './retention.ts';
import { createSerial } from './serial.ts';
import { witnessOf } from './witness.ts';

export interface ClosableReplica extends Replica {
  /** Ends those who follow. The store closes the log itself. */
  close(): void;
  /** Clears all blocks and remembers that; only the head stays, which the tree of any history can be held to. */
  letGo(): Promise<void>;
}

/** Under this name the store remembers the first block that is held. */
const fromKey = 'bzzz/from';
/** And under this one that the whole log was let go. Empty: it is held again. */
const letGoKey = 'bzzz/let-go';
/** So many blocks must be missing before it is asked whether what is held is worth going on from. */
const jumpBlocksMin = 64;

/**
 * Opens the replica of a log in the store and asks every peer, now and later, for its blocks. Only blocks
 * without a gap before them are shown. Of a log that is too long or too old the beginning is let go; where
 * it begins here is remembered before anything is cleared, so that nothing is fetched twice. Nothing of it is
 * looked at before `after`, while the same log is still being let go.
 */
export function openReplica(
  store: Corestore,
  key: JournalKey,
  retention: Retention,
  { after = Promise.resolve() }: { readonly after?: Promise<void> } = {},
): ClosableReplica {
  const core = store.get({ key: hexToBytes(key) });
  const bell = createChangeBell();
  const serial = createSerial();
  let closed = false;
  let gone = false;
  let begun = false;
  let seeking = false;
  /** Blocks that have come, and how many had when it was last asked whether any more would. */
  let arrivals = 0;
  let arrivalsAsked = -1;
  /** The last head before the writer was seen to sign another one. */
  let forkedAt: Head | null = null;
  let download: { destroy(): void } | null = null;
  const reader = createLogReader({
    length: () => (begun ? endOfHeld() : 0),
    get: (index) => localBlock(core, index),
  });

  core.on('append', onChange);
  core.on('download', () => {
    arrivals += 1;
    onChange();
  });
  core.on('conflict', () => {
    forkedAt = headOf(core);
    bell.ring();
  });
  const opening = begin();
  opening.then(onChange, onChange);

  return {
    key,
    length: () => reader.length(),
    start: () => reader.start(),
    head: () => forkedAt ?? headOf(core),
    forked: () => forkedAt !== null,
    skipped: () => reader.skipped(),
    async *read({ from = 0, signal }: ReadOptions = {}) {
      // Whoever asked for it a moment before finds what a log without entries has.
      if (gone) return;
      await assertUsable();
      try {
        yield* reader.read({ from, signal });
      } catch (error) {
        if (!gone || signal?.aborted === true) throw error;
      }
    },
    follow({ from = 0, signal }: ReadOptions = {}) {
      return followLog({ reader, bell, assertUsable }, { from, signal });
    },
    witness,
    async trim() {
      await assertUsable();
      await serial(trimNow);
    },
    async skipMissing() {
      await assertUsable();
      await serial(skipNow);
    },
    close() {
      closed = true;
      bell.ring();
    },
    async letGo() {
      closed = true;
      gone = true;
      bell.ring();
      await opening;
      download?.destroy();
      await serial(async () => {
        await core.setUserData(letGoKey, utf8('yes'));
        await clearAll(core);
        await core.close();
      });
    },
  };

  async function begin(): Promise<void> {
    await after;
    await core.ready();
    if (await isMarked(core)) await core.setUserData(letGoKey, utf8(''));
    const from = await rememberedFrom(core);
    reader.dropBefore(from);
    await clearLate();
    begun = true;
  }

  /** Blocks that were on their way when they were let go; or the process died before it had let them go. */
  async function clearLate(): Promise<void> {
    const { from } = reader.held();
    const first = core.core.bitfield.firstSet(0);
    if (first !== -1 && first < from) await core.clear(first, from);
  }

  function endOfHeld(): number {
    const { from } = reader.held();
    if (from <= core.contiguousLength) return core.contiguousLength;
    return Math.min(core.length, core.core.bitfield.firstUnset(from));
  }

  function onChange(): void {
    if (closed || !begun) return;
    download ??= core.download({ start: reader.held().from, end: -1 });
    // A reader learns of what went wrong by its own call; here only the length is kept current.
    const ring = () => bell.ring();
    serial(async () => {
      await reader.catchUp();
      if (reader.held().bytes > retention.bytesMax) await trimNow();
      await clearLate();
    }).then(ring, ring);
    void jump().catch(ring);
  }

  async function trimNow(): Promise<void> {
    await reader.catchUp();
    const { from, bytes } = reader.held();
    const count = endOfHeld() - from;
    const get = (place: number) => localBlock(core, from + place);
    const held = { count, bytes, bytesAt: reader.bytesAt, get };
    const drop = await blocksToDrop(held, retention);
    if (drop > 0) await beginAt(from + drop);
  }

  /** What is missing would push out all that is held: then it is not worth fetching what lies between. */
  async function jump(): Promise<void> {
    const missing = core.length - endOfHeld();
    const costBytes = core.byteLength + blockCostBytes * core.length;
    if (seeking || missing < jumpBlocksMin || costBytes <= retention.bytesMax) return;
    seeking = true;
    try {
      // Blocks that are all but empty are bounded by their number.
      const keptMax = Math.floor(bytesKept(retention) / blockCostBytes);
      const byCount = Math.max(0, core.length - keptMax);
      const found = await core.seek(Math.max(0, core.byteLength - bytesKept(retention)));
      const index = Math.max(found?.[0] ?? 0, byCount);
      if (!closed) await serial(async () => (index > endOfHeld() ? beginAt(index) : undefined));
    } finally {
      seeking = false;
    }
  }

  async function skipNow(): Promise<void> {
    const isQuiet = arrivals === arrivalsAsked;
    arrivalsAsked = arrivals;
    const end = endOfHeld();
    // What stands before may still be on its way.
    if (end > reader.held().from || !isQuiet) return;
    const next = core.core.bitfield.firstSet(end);
    if (next > end) await beginAt(next);
  }

  async function beginAt(index: number): Promise<void> {
    const { from } = reader.held();
    await core.setUserData(fromKey, utf8(String(index)));
    // The new one first: while nobody wants the latest, Hypercore passes over word of it, and never asks again.
    const next = core.download({ start: index, end: -1 });
    download?.destroy();
    download = next;
    reader.dropBefore(index);
    await core.clear(from, index);
    await reader.catchUp();
    bell.ring();
  }

  async function witness(length?: number): Promise<TreeWitness | null> {
    if (closed) return null;
    try {
      if (core.closing === null) return await witnessOf(core, length);
      // Hypercore closes a log of which it sees two histories; what is on disk is evidence still.
      const again = store.get({ key: core.key });
      try {
        return await witnessOf(again, length);
      } finally {
        await again.close();
      }
    } catch (error) {
      if (closed) return null;
      throw storageError(core, `the tree of ${key} cannot be read`, error);
    }
  }

  async function assertUsable(): Promise<void> {
    if (closed) throw new BzzzError('stopped', 'the journals are closed');
    if (forkedAt !== null) {
      throw new BzzzError('journal_corrupt', `the writer of ${key} signed two histories`);
    }
    try {
      await opening;
    } catch (error) {
      throw storageError(core, `the replica of ${key} does not open`, error);
    }
  }
}

/** Whether a log in the store was let go. What came of it since is cleared. */
export async function wasLetGo(store: Corestore, key: JournalKey): Promise<boolean> {
  const core = store.get({ key: hexToBytes(key) });
  try {
    await core.ready();
    if (!(await isMarked(core))) return false;
    await clearAll(core);
    return true;
  } catch {
    // What is wrong with it is told to whoever reads it.
    return false;
  } finally {
    await core.close();
  }
}

async function isMarked(core: Hypercore): Promise<boolean> {
  return ((await core.getUserData(letGoKey))?.byteLength ?? 0) > 0;
}

async function clearAll(core: Hypercore): Promise<void> {
  const first = core.core.bitfield.firstSet(0);
  if (first !== -1) await core.clear(first, core.length);
}

async function rememberedFrom(core: Hypercore): Promise<number> {
  const bytes = await core.getUserData(fromKey);
  const from = bytes === null ? 0 : Number(fromUtf8(bytes));
  return Number.isSafeInteger(from) && from > 0 ? from : 0;
}
