/**
 * Many callers, one write: what is handed in during one turn of the event loop, or while the write
 * before it runs, is written together, in order, with one signature and one sync.
 *
 * 1. A position is given out only to what was written; a failed write is the last one.
 * 2. Nobody is answered before `write` resolved.
 */
import { BzzzError, reasonOf } from '@bzzz/protocol';

export interface GroupCommit {
  /**
   * Resolves with the item's position. Throws `journal_write_failed` from the first failed write
   * on, `stopped` after `close`, `journal_backlog` when too much is waiting.
   */
  add(item: Uint8Array): Promise<number>;
  /** The failure that ended it, if one did. */
  failure(): BzzzError | null;
  /** Waits for what was added. Idempotent. */
  close(): Promise<void>;
}

export interface GroupCommitOptions {
  /** Position of the first item. */
  readonly first: number;
  /** Bytes of items that may wait; more are refused. */
  readonly waitingBytesMax: number;
  /** Writes the items, which stand from `first` on, durably. Never called twice at a time. */
  readonly write: (first: number, items: readonly Uint8Array[]) => Promise<void>;
  /** Called once, before anybody is told. */
  readonly onFailure: () => void;
}

interface Waiting {
  readonly item: Uint8Array;
  readonly resolve: (position: number) => void;
  readonly reject: (error: BzzzError) => void;
}

export function createGroupCommit(options: GroupCommitOptions): GroupCommit {
  let waiting: Waiting[] = [];
  let waitingBytes = 0;
  let next = options.first;
  let failed: BzzzError | null = null;
  let closed = false;
  let running: Promise<void> | null = null;

  return {
    add(item) {
      const refusal = refuse(item.byteLength);
      if (refusal !== null) return Promise.reject(refusal);
      const { promise, resolve, reject } = Promise.withResolvers<number>();
      waiting.push({ item, resolve, reject });
      waitingBytes += item.byteLength;
      running ??= run();
      return promise;
    },
    failure: () => failed,
    async close() {
      closed = true;
      await running;
    },
  };

  function refuse(bytes: number): BzzzError | null {
    if (failed !== null) return failed;
    if (closed) return new BzzzError('stopped', 'the journal is closed');
    if (waitingBytes + bytes <= options.waitingBytesMax) return null;
    return new BzzzError('journal_backlog', `${waiting.length} entries wait for the disk`);
  }

  async function run(): Promise<void> {
    await endOfTurn();
    while (waiting.length > 0) {
      const group = waiting;
      waiting = [];
      waitingBytes = 0;
      await commit(group);
    }
    running = null;
  }

  async function commit(group: readonly Waiting[]): Promise<void> {
    const first = next;
    try {
      await options.write(
        first,
        group.map(({ item }) => item),
      );
    } catch (error) {
      fail(group, error);
      return;
    }
    next += group.length;
    for (const [offset, { resolve }] of group.entries()) resolve(first + offset);
  }

  function fail(group: readonly Waiting[], cause: unknown): void {
    const error = new BzzzError('journal_write_failed', reasonOf(cause), { cause });
    failed = error;
    options.onFailure();
    for (const { reject } of [...group, ...waiting]) reject(error);
    waiting = [];
  }
}

function endOfTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
