import { BzzzError, bytesToHex, JournalKey, journalEntryCodec, reasonOf } from '@bzzz/protocol';
import type Hypercore from 'hypercore';
import { packBlocks } from './block.ts';
import { createChangeBell } from './change-bell.ts';
import { followLog } from './follow-log.ts';
import { createGroupCommit } from './group-commit.ts';
import { headOf } from './head.ts';
import type { OwnJournal } from './interface.ts';
import { createLatestWrite } from './latest-write.ts';
import { localBlock } from './local-block.ts';
import { createLogReader } from './log-reader.ts';
import type { RememberedHead } from './remembered-head.ts';
import { verifyOwnLog } from './verify.ts';

export interface OwnJournalDependencies {
  /** Opened; it is verified here, since both that and reading begin with a pass over all blocks. */
  readonly core: Hypercore;
  readonly remembered: RememberedHead;
  /** Resolves when everything that was written to the store is on disk. */
  readonly syncWal: () => Promise<void>;
}

export interface OwnJournalOptions {
  readonly waitingBytesMax: number;
  /** Called when a write failed: what the core holds since then may not be on disk. */
  readonly onFailure: () => void;
}

export interface ClosableOwnJournal extends OwnJournal {
  /** Why it accepts nothing any more, if it failed. */
  failure(): BzzzError | null;
  /** Waits for running appends. */
  close(): Promise<void>;
}

/**
 * The own log. An append resolves after the write-ahead log was synced, and the sync runs before
 * Hypercore announces the new blocks, so nobody else ever holds what a power cut could take from us.
 * Throws `journal_corrupt` when the log does not verify.
 */
export async function createOwnJournal(
  { core, remembered, syncWal }: OwnJournalDependencies,
  { waitingBytesMax, onFailure }: OwnJournalOptions,
): Promise<ClosableOwnJournal> {
  let durable = headOf(core);
  const reader = createLogReader({
    length: () => durable.length,
    get: (index) => localBlock(core, index),
  });
  await verifyOwnLog(core, remembered.loaded, (block) => reader.pass(block));

  // The log itself first: a head that is remembered of a log that is not on disk would condemn it.
  await syncWal();
  const key = JournalKey.parse(bytesToHex(core.key));
  const remember = createLatestWrite(() => remembered.write({ key, ...durable }));
  await remember.request();

  const bell = createChangeBell();
  let closed = false;
  const commits = createGroupCommit({
    first: reader.writePosition(),
    waitingBytesMax,
    onFailure,
    async write(first, entries) {
      remember.throwIfFailed();
      const blocks = packBlocks(first, entries);
      await core.append(
        blocks.map(({ bytes }) => bytes),
        { postappend: syncWal },
      );
      durable = headOf(core);
      for (const block of blocks) reader.passWritten(block);
      remember.requestLater();
      bell.ring();
    },
  });

  return {
    key,
    length: () => reader.length(),
    head: () => durable,
    skipped: () => reader.skipped(),
    async append(entry) {
      return commits.add(journalEntryCodec.encode(entry));
    },
    async *read({ from = 0, signal } = {}) {
      await assertUsable();
      yield* reader.read({ from, signal });
    },
    follow({ from = 0, signal } = {}) {
      return followLog({ reader, bell, assertUsable }, { from, signal });
    },
    failure: () => commits.failure(),
    async close() {
      await commits.close();
      closed = true;
      bell.ring();
      try {
        await remember.request();
      } catch (error) {
        throw new BzzzError('journal_write_failed', reasonOf(error), { cause: error });
      } finally {
        await remembered.close();
      }
    },
  };

  async function assertUsable(): Promise<void> {
    if (closed) throw new BzzzError('stopped', 'the journals are closed');
  }
}
