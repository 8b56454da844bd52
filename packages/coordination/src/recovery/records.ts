/**
 * What the journals that are kept here, our own and replicas of others', say of claims that stood.
 * A lock branch that is absent is new, or lost: then these are asked (DESIGN.md 4.2). It is somebody's
 * word and may be old: it holds a claim back. Only that bzzz deleted the branches itself allows one, as
 * an issue that is open was reopened then; like every claim it still looks for a pull request first.
 */
import {
  type Account,
  type EntryBody,
  isBzzzError,
  type JournalEntry,
  type JournalKey,
  type Oid,
  type TaskId,
} from '@bzzz/protocol';
import type { JournalLog } from '../ports/index.ts';

export interface Records {
  /**
   * What the journals here tell of the task. Throws `aborted`, and what reading the own journal throws;
   * a replica that cannot be read tells nothing.
   */
  recall(task: TaskId, signal: AbortSignal): Promise<Recollection>;
  /** Reads what is new, so that a later `recall` has less to read. Throws the same. */
  readOn(signal: AbortSignal): Promise<void>;
}

interface Recollection {
  /** The highest epoch in which a claim stood; 0: none is told of. */
  readonly epoch: number;
  /** The last time that its branches were deleted since it was over; null: they never were. */
  readonly tidied: Tidied | null;
}

interface Tidied {
  /** The epoch that stood there. */
  readonly epoch: number;
  /** When the issue had last changed: what was closed then and is seen open later was reopened. */
  readonly closedMs: number;
  readonly open?: true | undefined;
  /** Whose assignment the lock explained. */
  readonly accounts: readonly Account[];
}

export interface RecordsDeps {
  readonly journal: JournalLog;
  readonly replicas: () => readonly JournalLog[];
}

interface Cursor {
  next: number;
  /** The last move of each task: an outcome may be unknown first, and won later. */
  readonly intended: Map<TaskId, { oid: Oid; epoch: number }>;
}

/** Each log is read once, and then on from there. */
export function createRecords({ journal, replicas }: RecordsDeps): Records {
  const found = new Map<TaskId, Recollection>();
  const cursors = new Map<JournalKey, Cursor>();
  let passing: Promise<void> = Promise.resolve();

  function raise(task: TaskId, epoch: number): void {
    const before = found.get(task) ?? nothing;
    if (epoch > before.epoch) found.set(task, { ...before, epoch });
  }

  function tidied({ task, ...last }: Extract<EntryBody, { kind: 'tidy.intended' }>): void {
    raise(task, last.epoch);
    const before = found.get(task) ?? nothing;
    if (last.epoch >= (before.tidied?.epoch ?? 0)) found.set(task, { ...before, tidied: last });
  }

  /** An intent alone proves nothing: it may never have been pushed. */
  function take({ body }: JournalEntry, { intended }: Cursor): void {
    if (body.kind === 'fence.intended') {
      const { oid, record } = body.intent;
      intended.set(record.task, { oid, epoch: record.epoch });
    }
    if (body.kind === 'fence.settled') {
      const move = intended.get(body.task);
      if (body.outcome === 'won' && move?.oid === body.oid) raise(body.task, move.epoch);
      if (body.holder !== undefined) raise(body.task, body.holder.epoch);
    }
    if (body.kind === 'task.ended') raise(body.task, body.epoch);
    if (body.kind === 'tidy.intended') tidied(body);
  }

  async function readLog(log: JournalLog, signal: AbortSignal): Promise<void> {
    const cursor = cursors.get(log.key) ?? { next: 0, intended: new Map() };
    cursors.set(log.key, cursor);
    if (log.length() <= cursor.next) return;
    for await (const { seq, entry } of log.read({ from: cursor.next, signal })) {
      take(entry, cursor);
      cursor.next = seq + 1;
    }
  }

  async function readAll(signal: AbortSignal): Promise<void> {
    await readLog(journal, signal);
    for (const replica of replicas()) {
      try {
        await readLog(replica, signal);
      } catch (error) {
        // Nobody depends on one replica; whoever shows journals says that it cannot be read.
        if (!isBzzzError(error, 'journal_corrupt')) throw error;
      }
    }
  }

  /** One pass at a time, so that no entry is taken twice. */
  function readOn(signal: AbortSignal): Promise<void> {
    const pass = passing.then(() => readAll(signal));
    passing = pass.catch(() => undefined);
    return pass;
  }

  return {
    readOn,
    async recall(task, signal) {
      await readOn(signal);
      return found.get(task) ?? nothing;
    },
  };
}

const nothing: Recollection = { epoch: 0, tidied: null };
