/** All tasks that this peer knows of, from hints, reads and its own work. Pure state. */
import {
  type IssueNumber,
  limits,
  type Oid,
  type PeerId,
  type ReworkCause,
  type TaskHint,
  type TaskId,
  taskParts,
} from '@bzzz/protocol';
import type { Membership } from '../membership/membership.ts';
import { claimed, ended, type Hold, holdOf, open, type TaskState, untoldReason } from './state.ts';

export type Seen = Extract<TaskHint, { kind: 'seen' }>;

interface ReworkTold {
  readonly lock: Oid;
  readonly cause: ReworkCause;
  /** Whoever holds that commit has tried in vain. */
  readonly failed: boolean;
}

export interface TaskEntry {
  readonly task: TaskId;
  readonly title: string;
  /** What the repository's watcher said last; null: only a claim was heard of. */
  readonly seen: Seen | null;
  /** People want it done: open, labelled, unassigned, trusted. */
  readonly wanted: boolean;
  /** The watcher saw that people do not want it, and not yet that they do again. */
  readonly taken: boolean;
  readonly updatedAtMs: number;
  readonly state: TaskState;
  /** Who had it in their hands when somebody else claimed it, and have not come back since they died. */
  readonly leftBy: readonly PeerId[];
  /** Highest epoch heard of; 0: nobody ever claimed it as far as we know. */
  readonly epochKnown: number;
  /** Why we leave it alone though it is wanted; a person changes that. */
  readonly blocked: string | null;
  /** Open issues that it waits for, none where only the forge knows them; null: it does not wait. */
  readonly waitsFor: readonly IssueNumber[] | null;
  /**
   * The epoch that was known when people took the task away and gave it back, or wrote it anew: they
   * want it done though its lock is gone or says `failed`, see `isReopened`. Null: they did not.
   */
  readonly reopenedOver: number | null;
  /** The same for people who asked by a comment that it be tried again. */
  readonly retriedOver: number | null;
  /** The same, whoever was thought to hold it then: should its lock turn out to be gone, this counts. */
  readonly givenBackOver: number | null;
  /** When somebody asked last that it be tried again, as far as we have heard; null: nobody. */
  readonly retriedAtMs: number | null;
  /** The commit of the lock whose result is to be reworked, as somebody said last; null: none is. */
  readonly rework: ReworkTold | null;
  /** Our attempt at it stands still, on the word of our operator. */
  readonly resting: boolean;
  /** Monotonic time before which we do not bid again. */
  readonly notBeforeMs: number;
  readonly failures: number;
}

export interface Book {
  get(task: TaskId): TaskEntry | undefined;
  /** The same list until one of them is another. */
  all(): readonly TaskEntry[];
  /** Takes a hint in; false: it said nothing new. */
  hear(hint: TaskHint): boolean;
  /** Whether somebody told that this state of an issue, or a later one, is to be done. */
  isTold(task: TaskId, updatedAtMs: number): boolean;
  /** Our own knowledge, from reads and from work. Makes the entry if there is none. */
  update(task: TaskId, change: Partial<Omit<TaskEntry, 'task'>>): TaskEntry;
}

/** Entries that nobody wants any more are forgotten beyond this number. */
const entriesMax = 10_000;

/** So many of `leftBy` are remembered. */
const leftByMax = 8;

/** `onReturn`: of members that were dead; what they left behind is past then. */
export function createBook(onReturn?: Membership['onReturn']): Book {
  const entries = new Map<TaskId, TaskEntry>();
  /** Undefined: it has to be made. */
  let list: readonly TaskEntry[] | undefined;
  onReturn?.(({ peer }) => {
    for (const [task, entry] of entries) {
      if (!entry.leftBy.includes(peer)) continue;
      entries.set(task, { ...entry, leftBy: entry.leftBy.filter((one) => one !== peer) });
      list = undefined;
    }
  });

  function update(task: TaskId, change: Partial<Omit<TaskEntry, 'task'>>): TaskEntry {
    const before = entries.get(task) ?? blank(task);
    const after = { ...before, ...change, ...left(before, change.state) };
    list = undefined;
    if ('hold' in after.state) {
      const epochKnown = Math.max(after.epochKnown, after.state.hold.epoch);
      // Who holds it now has heard of that, or will.
      const isHeld = holdOf(after.state) !== undefined;
      const forgotten = isHeld ? { reopenedOver: null, retriedOver: null } : {};
      entries.set(task, { ...after, epochKnown, ...forgotten });
    } else {
      entries.set(task, after);
    }
    prune();
    return entries.get(task) ?? after;
  }

  function prune(): void {
    if (entries.size <= entriesMax) return;
    for (const [task, entry] of entries) {
      if (!entry.wanted && entry.state.state !== 'running') {
        entries.delete(task);
        return;
      }
    }
  }

  return {
    get: (task) => entries.get(task),
    all: () => (list ??= [...entries.values()]),
    update,
    hear(hint) {
      const before = entries.get(hint.task) ?? blank(hint.task);
      // Nobody takes over so often unheard; and the next epoch must still be a number.
      if ('epoch' in hint && hint.epoch > before.epochKnown + limits.epochLeapMax) return false;
      const after = apply(before, hint);
      if (after === before) return false;
      update(hint.task, after);
      return true;
    },
    isTold(task, updatedAtMs) {
      const entry = entries.get(task);
      return entry?.wanted === true && entry.updatedAtMs >= updatedAtMs;
    },
  };
}

/** Whoever held it until another's claim is known. */
function left(before: TaskEntry, state = before.state): Pick<TaskEntry, 'leftBy'> {
  const { leftBy } = before;
  const holder = holdOf(before.state)?.peer;
  const next = 'hold' in state ? state.hold.peer : holder;
  if (holder === undefined || next === holder) return { leftBy };
  return { leftBy: [...leftBy.filter((one) => one !== holder), holder].slice(-leftByMax) };
}

function toldOf({
  lock,
  cause,
  failed = false,
}: Extract<TaskHint, { kind: 'rework' }>): ReworkTold {
  return { lock, cause, failed };
}

/**
 * Whether a hint says the contrary of what was known of the issue, read within one second: the forge's times are no
 * finer, so neither read is known to be the later one.
 */
export function isUndecided(known: TaskEntry | undefined, hint: TaskHint): boolean {
  if (hint.kind !== 'seen' && hint.kind !== 'gone') return false;
  return known?.updatedAtMs === hint.updatedAtMs && known.wanted !== (hint.kind === 'seen');
}

function isDone({ state }: TaskEntry, lock: Oid): boolean {
  return state.state === 'done' && state.hold.lock === lock;
}

/** Whether the task is done, and somebody saw that more work on its result is asked for. */
export function isToRework({ state, rework }: TaskEntry): boolean {
  return state.state === 'done' && state.hold.lock === rework?.lock;
}

/** Whether people gave the task back when this epoch of it was known already. */
export function isReopened({ reopenedOver, retriedOver }: TaskEntry, epoch: number): boolean {
  return epoch <= Math.max(reopenedOver ?? -1, retriedOver ?? -1);
}

/**
 * The same for a task whose lock is gone: then nobody who held it has heard of that. A comment does not
 * count, since nobody can tell whether it was written before the lock was deleted.
 */
export function isGivenBack({ reopenedOver, givenBackOver }: TaskEntry, epoch: number): boolean {
  return epoch <= Math.max(reopenedOver ?? -1, givenBackOver ?? -1);
}

function apply(entry: TaskEntry, hint: TaskHint): TaskEntry {
  switch (hint.kind) {
    case 'seen':
      return hearSeen(entry, hint);
    case 'gone': {
      const { updatedAtMs, reason, title, waitsFor = null } = hint;
      // A fence that a stale read does not show is no word of people; nor is a wait for others.
      const byPeople = hint.unexplained !== true && hint.waitsFor === undefined;
      const taken = entry.taken || byPeople;
      const asBefore = !entry.wanted && entry.taken === taken;
      const same =
        asBefore && entry.blocked === reason && String(entry.waitsFor) === String(waitsFor);
      // That it changed is news in itself: a late write may have replaced the last words on it.
      if (updatedAtMs < entry.updatedAtMs) return entry;
      if (same) return updatedAtMs === entry.updatedAtMs ? entry : { ...entry, updatedAtMs };
      return { ...entry, title, wanted: false, taken, updatedAtMs, blocked: reason, waitsFor };
    }
    case 'claimed':
      return move(entry, claimed(entry.state, holdOfHint(hint, hint.leaseMs)));
    case 'done': {
      const hold = holdOfHint(hint, 0);
      return move(
        entry,
        ended(entry.state, { state: 'done', hold, pullRequest: hint.pullRequest }),
      );
    }
    case 'rework':
      // A result that was replaced since, or of which nobody has told, asks for nothing.
      return isDone(entry, hint.lock) && entry.rework?.lock !== hint.lock
        ? { ...entry, rework: toldOf(hint) }
        : entry;
    case 'failed':
    case 'released': {
      const hold = holdOfHint(hint, 0);
      return move(entry, ended(entry.state, { state: hint.kind, hold, reason: untoldReason }));
    }
  }
}

function hearSeen(entry: TaskEntry, hint: Seen): TaskEntry {
  if (hint.updatedAtMs < entry.updatedAtMs) return entry;
  const retriedAtMs = latest(entry.retriedAtMs, hint.retriedAtMs);
  const isAsBefore = entry.wanted && entry.seen?.bodySha256 === hint.bodySha256;
  const same = isAsBefore && retriedAtMs === entry.retriedAtMs;
  if (same && entry.updatedAtMs === hint.updatedAtMs) return entry;
  // A task that comes back is free of what blocked it. That it is wanted after we had given it back
  // may only be the echo of our own words on it: people take it away and give it back.
  // What was seen both ways at one time was read by two, of whom one read a stale fence.
  const changed = hint.updatedAtMs > entry.updatedAtMs;
  // What was said before we first saw the issue may long have been done.
  const isRetried = entry.seen !== null && retriedAtMs !== entry.retriedAtMs;
  const cameBack = entry.taken && entry.seen !== null && changed;
  const blocked = entry.wanted && !isRetried ? entry.blocked : null;
  const { title, updatedAtMs } = hint;
  const reopenedOver = cameBack || isRewritten(entry, hint) ? entry.epochKnown : entry.reopenedOver;
  return {
    ...entry,
    title,
    seen: hint,
    wanted: true,
    taken: false,
    updatedAtMs,
    blocked,
    reopenedOver,
    givenBackOver: cameBack ? entry.epochKnown : entry.givenBackOver,
    retriedOver: isRetried ? entry.epochKnown : entry.retriedOver,
    retriedAtMs,
    waitsFor: null,
  };
}

function latest(one: number | null, other: number | undefined): number | null {
  return other === undefined ? one : Math.max(one ?? 0, other);
}

/** Other words after a failure ask for another try. */
function isRewritten({ state, seen }: TaskEntry, hint: Seen): boolean {
  return state.state === 'failed' && seen !== null && seen.bodySha256 !== hint.bodySha256;
}

/** A state that says the same as before is no news. */
function move(entry: TaskEntry, state: TaskState): TaskEntry {
  if (state === entry.state) return entry;
  const before = 'hold' in entry.state ? entry.state : undefined;
  const after = 'hold' in state ? state : undefined;
  const same = before?.state === after?.state && before?.hold.lock === after?.hold.lock;
  return same ? entry : { ...entry, state };
}

function holdOfHint(
  hint: Exclude<TaskHint, { kind: 'seen' | 'gone' | 'rework' }>,
  leaseMs: number,
): Hold {
  const { peer, epoch, lock } = hint;
  return { peer, epoch, lock, leaseMs };
}

function blank(task: TaskId): TaskEntry {
  // Throws for what is not a task, before it can become an entry.
  taskParts(task);
  return {
    task,
    title: '',
    seen: null,
    wanted: false,
    taken: false,
    updatedAtMs: 0,
    state: open,
    leftBy: [],
    epochKnown: 0,
    blocked: null,
    waitsFor: null,
    reopenedOver: null,
    givenBackOver: null,
    retriedOver: null,
    retriedAtMs: null,
    rework: null,
    resting: false,
    notBeforeMs: 0,
    failures: 0,
  };
}
