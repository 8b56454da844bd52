/**
 * What our own journal tells of our own moves of each fence. A read of the forge may be older than
 * what it took from us a moment ago, also before our restart; what it took is known from here.
 */
import type { FenceIntent, Oid, TaskId } from '@bzzz/protocol';
import type { TipReading } from './tip.ts';

export interface OwnMoves {
  /** Whether we ever meant to push this commit. */
  owns(task: TaskId, oid: Oid): boolean;
  /** Whether we meant to push both, and the first after the second. */
  isLater(task: TaskId, oid: Oid, than: Oid): boolean;
  /** Whether we ever meant to publish this result. */
  published(task: TaskId, result: Oid): boolean;
  intended(intent: FenceIntent): void;
  /** The forge took this one. */
  won(task: TaskId, oid: Oid): void;
  /** Whether a reading shows the fence as it was before the last move that the forge took from us. */
  isBehind(task: TaskId, reading: TipReading): boolean;
  /** Somebody set the fence back: what the forge took from us proves nothing any more. */
  forgo(task: TaskId): void;
}

export function createOwnMoves(): OwnMoves {
  /** In the order of the journal. */
  const intents = new Map<TaskId, Map<Oid, FenceIntent>>();
  const results = new Map<TaskId, Set<Oid>>();
  const lastWon = new Map<TaskId, FenceIntent>();

  function owns(task: TaskId, oid: Oid): boolean {
    return intents.get(task)?.has(oid) ?? false;
  }

  function isLater(task: TaskId, oid: Oid, than: Oid): boolean {
    const [first] = [...(intents.get(task)?.keys() ?? [])].filter(
      (one) => one === oid || one === than,
    );
    return oid !== than && first === than && owns(task, oid);
  }

  return {
    owns,
    isLater,
    published: (task, result) => results.get(task)?.has(result) ?? false,
    intended(intent) {
      const { record, oid } = intent;
      intents.set(record.task, (intents.get(record.task) ?? new Map()).set(oid, intent));
      if (record.state !== 'result') return;
      const { task, result } = record;
      results.set(task, (results.get(task) ?? new Set()).add(result));
    },
    won(task, oid) {
      const intent = intents.get(task)?.get(oid);
      const last = lastWon.get(task);
      if (intent === undefined || (last !== undefined && isLater(task, last.oid, oid))) return;
      lastWon.set(task, intent);
    },
    isBehind(task, { tip }) {
      const last = lastWon.get(task);
      if (last === undefined) return false;
      if (tip.kind === 'absent') return true;
      if (tip.kind === 'foreign') return false;
      return tip.record.epoch < last.record.epoch || isLater(task, last.oid, tip.oid);
    },
    forgo: (task) => void lastWon.delete(task),
  };
}
