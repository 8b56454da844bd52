/**
 * How well this peer does each kind of task, measured by what its own journal says of its attempts:
 * the same fold over what an earlier run left and over what is written now, so a restart forgets
 * nothing (DESIGN.md 4.2).
 */
import { type EntryBody, type ErrorCode, limits, type TaskId, type TaskKind } from '@bzzz/protocol';

export interface Tally {
  /** Entries of the own journal, oldest first. */
  take(body: EntryBody): void;
  /** Accepted share of the latest attempts, with a prior of one success. */
  success(): number;
  /** The same for each kind that was tried lately. */
  successOf(): Record<TaskKind, number>;
}

/** Older attempts say little about what the machine can do today, and a bad start must be forgotten. */
const attemptsMax = 20;
const underwayMax = 1024;

export function createTally(): Tally {
  const overall: boolean[] = [];
  const kinds = new Map<TaskKind, boolean[]>();
  const underway = new Map<TaskId, TaskKind>();

  function begin(task: TaskId, kind: TaskKind | undefined): void {
    underway.delete(task);
    if (kind !== undefined) underway.set(task, kind);
    trim(underway, underwayMax);
  }

  function end(task: TaskId, accepted: boolean): void {
    push(overall, accepted);
    const kind = underway.get(task);
    if (kind === undefined) return;
    const outcomes = kinds.get(kind) ?? [];
    push(outcomes, accepted);
    // To the end, so that the kind that was not tried for longest is forgotten first.
    kinds.delete(kind);
    kinds.set(kind, outcomes);
    trim(kinds, limits.successKindsMax);
  }

  return {
    take(body) {
      if (body.kind === 'attempt.started') begin(body.task, body.taskKind);
      if (body.kind !== 'attempt.ended') return;
      const { outcome, code } = body;
      if (outcome !== 'cancelled' || isOurFault(code)) end(body.task, outcome === 'accepted');
      underway.delete(body.task);
    },
    success: () => share(overall),
    successOf: () => Object.fromEntries([...kinds].map(([kind, all]) => [kind, share(all)])),
  };
}

/** Codes that speak of the machine or of its work, and not of people, of the forge or of a stop. */
const faults: readonly ErrorCode[] = [
  'timeout',
  'workspace_failed',
  'workspace_hostile',
  'sandbox_missing',
  'worker_lost',
  'defect',
];

function isOurFault(code: string | undefined): boolean {
  return faults.some((fault) => fault === code);
}

function share(outcomes: readonly boolean[]): number {
  return (1 + outcomes.filter(Boolean).length) / (1 + outcomes.length);
}

function push(outcomes: boolean[], accepted: boolean): void {
  outcomes.push(accepted);
  if (outcomes.length > attemptsMax) outcomes.shift();
}

function trim<K>(map: Map<K, unknown>, max: number): void {
  const [oldest] = map.keys();
  if (map.size > max && oldest !== undefined) map.delete(oldest);
}
