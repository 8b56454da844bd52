/**
 * What our own journal tells of our own moves of each fence. A read of the forge may be older than what it took
 * from us a moment ago, also before our restart; what it took is known from here.
 */
import type { Epoch, FenceIntent, Oid, TaskId } from '@bzzz/protocol';
import type { TipReading } from './tip.ts';

export interface OwnMoves {
  /** Whether we ever meant to push this commit. */
  owns(task: TaskId, oid: Oid): boolean;
  /** Whether we meant to push both, and the first after the second. */
  isLater(task: TaskId, oid: Oid, than: Oid): boolean;
  /** Whether we ever meant to publish this result. */
  published(task: TaskId, result: Oid): boolean;
  intended(intent: FenceIntent): void;
  /** This one of ours stands, or stood, at that time. */
  stood(task: TaskId, oid: Oid, atMs: number): void;
  /**
   * Until when a read may show the fence as this reading does, from before our last move of which we know that it
   * stood; null: nothing of ours is hidden. A read that began later tells that somebody set the fence back.
   */
  hiddenUntilMs(task: TaskId, reading: TipReading): number | null;
}

interface Stood {
  readonly oid: Oid;
  readonly atMs: number;
}

/** Times are of one monotonic clock. `lagMs`: how far reads of the forge may lag behind its writes. */
export function createOwnMoves({ lagMs }: { readonly lagMs: number }): OwnMoves {
  /** In the order of the journal. */
  const moves = new Map<TaskId, Map<Oid, Epoch>>();
  const results = new Map<TaskId, Set<Oid>>();
  const last = new Map<TaskId, Stood>();

  function owns(task: TaskId, oid: Oid): boolean {
    return moves.get(task)?.has(oid) ?? false;
  }

  function isLater(task: TaskId, oid: Oid, than: Oid): boolean {
    const both = [...(moves.get(task)?.keys() ?? [])].filter((one) => one === oid || one === than);
    return oid !== than && both[0] === than && owns(task, oid);
  }

  return {
    owns,
    isLater,
    published: (task, result) => results.get(task)?.has(result) ?? false,
    intended({ record, oid }) {
      const { task, epoch } = record;
      moves.set(task, (moves.get(task) ?? new Map<Oid, Epoch>()).set(oid, epoch));
      if (record.state !== 'result') return;
      results.set(task, (results.get(task) ?? new Set()).add(record.result));
    },
    stood(task, oid, atMs) {
      const before = last.get(task);
      if (!owns(task, oid)) return;
      if (before === undefined || isLater(task, oid, before.oid)) last.set(task, { oid, atMs });
      else if (before.oid === oid) last.set(task, { oid, atMs: Math.max(atMs, before.atMs) });
    },
    hiddenUntilMs(task, { tip }) {
      const known = last.get(task);
      const epoch = known && moves.get(task)?.get(known.oid);
      if (known === undefined || epoch === undefined || tip.kind === 'foreign') return null;
      const isBefore =
        tip.kind === 'absent' || tip.record.epoch < epoch || isLater(task, known.oid, tip.oid);
      return isBefore ? known.atMs + lagMs : null;
    },
  };
}
