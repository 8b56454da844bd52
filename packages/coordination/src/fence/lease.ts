/**
 * How long a tip of somebody else has stood, on our own clock and from when we first saw it. Only
 * time between two reads that were both answered counts: in an outage an owner cannot renew, and
 * must not lose its task for that (DESIGN.md 4.2).
 */
import type { Oid, TaskId } from '@bzzz/protocol';

export interface LeaseClock {
  /** A read was answered and showed this tip. */
  saw(task: TaskId, oid: Oid, nowMs: number): void;
  /** A read was not answered: the time since the last one does not count. */
  missed(task: TaskId): void;
  /** How long the tip that stands was seen to stand. */
  stoodMs(task: TaskId, oid: Oid): number;
  forget(task: TaskId): void;
}

interface Sight {
  readonly oid: Oid;
  readonly stoodMs: number;
  /** Null: the last read failed. */
  readonly lastMs: number | null;
}

export interface LeaseClockOptions {
  /**
   * A longer time between two answered reads does not count: whoever slept in between does not know
   * whether the forge answered meanwhile.
   */
  readonly gapMsMax: number;
}

export function createLeaseClock({ gapMsMax }: LeaseClockOptions): LeaseClock {
  const sights = new Map<TaskId, Sight>();
  return {
    saw(task, oid, nowMs) {
      const before = sights.get(task);
      if (before?.oid !== oid) {
        sights.set(task, { oid, stoodMs: 0, lastMs: nowMs });
        return;
      }
      const gapMs = before.lastMs === null ? 0 : nowMs - before.lastMs;
      const added = gapMs <= gapMsMax ? gapMs : 0;
      sights.set(task, { oid, stoodMs: before.stoodMs + added, lastMs: nowMs });
    },
    missed(task) {
      const before = sights.get(task);
      if (before !== undefined) sights.set(task, { ...before, lastMs: null });
    },
    stoodMs: (task, oid) => {
      const sight = sights.get(task);
      return sight?.oid === oid ? sight.stoodMs : 0;
    },
    forget: (task) => sights.delete(task),
  };
}
