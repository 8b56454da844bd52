import { BzzzError, bytesToHex, hexToBytes, isBzzzError, type JournalKey } from '@bzzz/protocol';
import type Corestore from 'corestore';
import { createChangeBell } from './change-bell.ts';
import type { ReadOptions, Replica } from './interface.ts';
import { localBlock } from './local-block.ts';
import { createLogReader } from './log-reader.ts';

export interface ClosableReplica extends Replica {
  /** Ends those who follow. The store closes the log itself. */
  close(): void;
}

/**
 * Opens the replica of a log in the store and asks every peer, now and later, for all of its
 * blocks. Only blocks without a gap before them are shown.
 */
export function openReplica(store: Corestore, key: JournalKey): ClosableReplica {
  const core = store.get({ key: hexToBytes(key) });
  const bell = createChangeBell();
  let closed = false;
  let forked = false;
  const reader = createLogReader({
    length: () => (core.opened ? core.contiguousLength : 0),
    get: (index) => localBlock(core, index),
  });

  core.on('append', onChange);
  core.on('download', onChange);
  core.on('conflict', () => {
    forked = true;
    bell.ring();
  });
  core.download({ start: 0, end: -1 });
  void core.ready().then(onChange, onChange);

  return {
    key,
    length: () => reader.length(),
    head: () => ({
      length: core.length,
      fork: core.fork,
      treeHash: bytesToHex(core.core.state.hash()),
    }),
    skipped: () => reader.skipped(),
    async *read({ from = 0, signal }: ReadOptions = {}) {
      await usable();
      yield* reader.read({ from, signal });
    },
    async *follow({ from = 0, signal }: ReadOptions = {}) {
      let position = from;
      try {
        for (;;) {
          await usable();
          const seen = bell.count();
          position = yield* reader.read({ from: position, signal });
          await bell.after(seen, { signal });
        }
      } catch (error) {
        if (!isBzzzError(error, 'stopped')) throw error;
      }
    },
    close() {
      closed = true;
      bell.ring();
    },
  };

  function onChange(): void {
    if (closed) return;
    // A reader learns of what went wrong by its own call; here only the length is kept current.
    const ring = () => bell.ring();
    reader.catchUp().then(ring, ring);
  }

  async function usable(): Promise<void> {
    await core.ready();
    if (forked) throw new BzzzError('journal_corrupt', `${key} signed two different histories`);
    if (closed) throw new BzzzError('stopped', 'the journals are closed');
  }
}
