import { BzzzError, hexToBytes, type JournalKey, type TreeWitness } from '@bzzz/protocol';
import type Corestore from 'corestore';
import { createChangeBell } from './change-bell.ts';
import { followLog } from './follow-log.ts';
import { headOf } from './head.ts';
import type { Head, ReadOptions, Replica } from './interface.ts';
import { localBlock, storageError } from './local-block.ts';
import { createLogReader } from './log-reader.ts';
import { witnessOf } from './witness.ts';

export interface ClosableReplica extends Replica {
  /** Ends those who follow. The store closes the log itself. */
  close(): void;
}

export interface ReplicaOptions {
  /** A log that is longer is not downloaded any further. */
  readonly bytesMax: number;
}

/**
 * Opens the replica of a log in the store and asks every peer, now and later, for all of its
 * blocks. Only blocks without a gap before them are shown.
 */
export function openReplica(
  store: Corestore,
  key: JournalKey,
  { bytesMax }: ReplicaOptions,
): ClosableReplica {
  const core = store.get({ key: hexToBytes(key) });
  const bell = createChangeBell();
  let closed = false;
  /** The last head before the writer was seen to sign another one. */
  let forkedAt: Head | null = null;
  const reader = createLogReader({
    length: () => (core.opened ? core.contiguousLength : 0),
    get: (index) => localBlock(core, index),
  });

  let download: { destroy(): void } | null = null;

  core.on('append', onChange);
  core.on('download', onChange);
  core.on('conflict', () => {
    forkedAt = headOf(core);
    bell.ring();
  });
  core.ready().then(onChange, onChange);

  return {
    key,
    length: () => reader.length(),
    head: () => forkedAt ?? headOf(core),
    forked: () => forkedAt !== null,
    full: isFull,
    skipped: () => reader.skipped(),
    async *read({ from = 0, signal }: ReadOptions = {}) {
      await assertUsable();
      yield* reader.read({ from, signal });
    },
    follow({ from = 0, signal }: ReadOptions = {}) {
      return followLog({ reader, bell, assertUsable }, { from, signal });
    },
    witness,
    close() {
      closed = true;
      bell.ring();
    },
  };

  function onChange(): void {
    if (closed || !core.opened) return;
    if (isFull()) download?.destroy();
    else download ??= core.download({ start: 0, end: -1 });
    // A reader learns of what went wrong by its own call; here only the length is kept current.
    const ring = () => bell.ring();
    reader.catchUp().then(ring, ring);
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

  function isFull(): boolean {
    return core.byteLength > bytesMax;
  }

  async function assertUsable(): Promise<void> {
    if (closed) throw new BzzzError('stopped', 'the journals are closed');
    if (forkedAt !== null) {
      throw new BzzzError('journal_corrupt', `the writer of ${key} signed two histories`);
    }
    try {
      await core.ready();
    } catch (error) {
      throw storageError(core, `the replica of ${key} does not open`, error);
    }
  }
}
