/**
 * What goes wrong without being lost: journalled once, not at every repetition, and shown by
 * `bzzz status` until it is over.
 */
import {
  BzzzError,
  type EntryBody,
  isBzzzError,
  limits,
  reasonOf,
  type TaskId,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Clock } from '../ports/index.ts';

export interface TroubleNote {
  readonly code: string;
  readonly reason: string;
  readonly task: TaskId | undefined;
  /** When it was told first without a break, and last; monotonic. */
  readonly sinceMs: number;
  readonly atMs: number;
  /** Until when whoever told us asked to wait; monotonic. */
  readonly retryAtMs: number | null;
}

export interface Trouble {
  tell(error: unknown, task?: TaskId): void;
  /** What was told in the last minute, or is still waited out; newest first. */
  recent(): readonly TroubleNote[];
}

/** The same trouble is not journalled again within this time. */
const quietMs = 60_000;
const notesMax = 50;

export interface TroubleDeps {
  readonly clock: Clock;
  readonly chronicle: Pick<Chronicle, 'record'>;
  /** Told of a journal that cannot be written. */
  readonly onFatal: (error: BzzzError) => void;
}

export function createTrouble(deps: TroubleDeps): Trouble {
  const notes = new Map<string, TroubleNote>();

  function fatal(error: unknown): void {
    deps.onFatal(
      isBzzzError(error) ? error : new BzzzError('journal_write_failed', reasonOf(error)),
    );
  }

  async function write(body: EntryBody): Promise<void> {
    try {
      await deps.chronicle.record(body);
    } catch (failure) {
      // Its journal is closed: the peer stops, and what is cut short by that is no fault of it.
      if (isBzzzError(failure, 'stopped')) return;
      fatal(failure);
    }
  }

  return {
    tell(error, task) {
      if (isBzzzError(error, 'journal_write_failed')) return fatal(error);
      const code = isBzzzError(error) ? error.code : 'defect';
      const reason = reasonOf(error).slice(0, limits.reasonCharsMax).toWellFormed();
      const key = `${code} ${task ?? ''}`;
      const atMs = deps.clock.monotonicMs();
      const before = notes.get(key);
      const lasts = before !== undefined && atMs - before.atMs < quietMs;
      const waitMs = isBzzzError(error) ? error.retryAfterMs : undefined;
      const retryAtMs = waitMs === undefined ? null : atMs + waitMs;
      notes.delete(key);
      notes.set(key, {
        code,
        reason,
        task,
        sinceMs: lasts ? before.sinceMs : atMs,
        atMs,
        retryAtMs,
      });
      for (const oldest of notes.keys()) {
        if (notes.size <= notesMax) break;
        notes.delete(oldest);
      }
      if (lasts) return;
      const body = { kind: 'trouble' as const, code, reason };
      void write(task === undefined ? body : { ...body, task });
    },
    recent() {
      const nowMs = deps.clock.monotonicMs();
      return [...notes.values()]
        .filter(({ atMs, retryAtMs }) => atMs >= nowMs - quietMs || (retryAtMs ?? 0) > nowMs)
        .reverse();
    },
  };
}
