/**
 * Who bids when. Every able and free peer ranks the same candidates and waits rank x stagger; it
 * stands down when it hears of a claim. So an uncontended task costs about one push, whatever the
 * size of the mesh (DESIGN.md 4.2).
 *
 * Events change state elsewhere; `evaluate` alone decides what that means here.
 */
import type { Capabilities, PeerId, TaskId } from '@bzzz/protocol';
import type { Membership } from '../membership/membership.ts';
import type { Clock } from '../ports/index.ts';
import { type Book, isReopened, isToRework, type Seen, type TaskEntry } from '../task/book.ts';
import { holdOf } from '../task/state.ts';
import { obstacleOf, rank } from './rank.ts';

export interface ContestDeps {
  readonly clock: Clock;
  readonly book: Book;
  readonly membership: Membership;
}

export interface ContestOptions {
  readonly self: PeerId;
  readonly staggerMs: number;
  /** Whether we can take one more task now. */
  readonly free: () => boolean;
  /** Whether the holder's lease was seen to run out, or the holder is dead. */
  readonly forfeited: (entry: TaskEntry) => boolean;
  /** Our turn. */
  readonly onTurn: (entry: TaskEntry & { readonly seen: Seen }) => void;
  /** We would take this over, at this place counted from 0: watch its lease accordingly. */
  readonly onGuard: (entry: TaskEntry, place: number) => void;
}

export interface Contest {
  evaluate(): void;
  /** When our turn for a task comes, on the monotonic clock; null: none is fixed. */
  turnAtMs(task: TaskId): number | null;
  stop(): void;
}

/** What is looked at in one evaluation. */
interface Sight {
  readonly candidates: readonly Capabilities[];
  /**
   * Candidates that are suspected: where too few are left to declare anybody dead, they stay so, and what they are to
   * watch would be watched by nobody.
   */
  readonly silent: ReadonlySet<PeerId>;
  readonly nowMs: number;
}

interface Turn {
  readonly atMs: number;
  readonly cancel: () => void;
}

export function createContest(deps: ContestDeps, options: ContestOptions): Contest {
  const { clock, book, membership } = deps;
  const turns = new Map<TaskId, Turn>();
  /** Since when each task has been there for the taking, as far as we know. */
  const openSinceMs = new Map<TaskId, number>();

  function evaluate(): void {
    const candidates = membership.live();
    const silent = new Set(membership.suspected());
    // Read once: a clock goes on between two looks at it, and what came up now would be a moment old.
    const nowMs = clock.monotonicMs();
    for (const entry of book.all()) {
      if (isSeen(entry) && isWanted(entry)) {
        consider(entry, { candidates, silent, nowMs });
      } else {
        openSinceMs.delete(entry.task);
        drop(entry.task);
      }
    }
  }

  function consider(
    entry: TaskEntry & { readonly seen: Seen },
    { candidates, silent, nowMs }: Sight,
  ): void {
    const hold = holdOf(entry.state);
    const able = candidates.filter((one) => one.peer !== hold?.peer || one.peer === options.self);
    const open = hold === undefined || options.forfeited(entry);
    const place = open ? placeOf(able, entry, options.self) : -1;
    if (!open) openSinceMs.delete(entry.task);
    else if (!openSinceMs.has(entry.task)) openSinceMs.set(entry.task, nowMs);
    if (!open)
      guard(
        entry,
        able.filter(({ peer }) => !silent.has(peer)),
      );
    if (!open || place < 0 || !options.free()) drop(entry.task);
    else schedule(entry.task, nextTurnAtMs(entry, { place, nowMs }));
  }

  function guard(entry: TaskEntry & { readonly seen: Seen }, heard: readonly Capabilities[]): void {
    const place = guardPlaceOf(heard, entry, options.self);
    if (place >= 0) options.onGuard(entry, place);
  }

  /**
   * Only what has just come up is bid for at once. Whoever moves up in the ranking, or gets a slot free
   * for what was there before, waits one stagger: the peer before us may be busy because it has just
   * claimed this very task, or another is bidding for it, and the word of that is still under way.
   */
  function nextTurnAtMs(
    entry: TaskEntry,
    { place, nowMs }: { readonly place: number; readonly nowMs: number },
  ): number {
    const isNew = openSinceMs.get(entry.task) === nowMs && !turns.has(entry.task);
    const steps = isNew ? place : Math.max(1, place);
    return Math.max(nowMs + steps * options.staggerMs, entry.notBeforeMs);
  }

  /** Keeps an earlier turn, so that a stream of events cannot put it off for ever. */
  function schedule(task: TaskId, atMs: number): void {
    const before = turns.get(task);
    if (before !== undefined && before.atMs <= atMs) return;
    before?.cancel();
    const delayMs = Math.max(0, atMs - clock.monotonicMs());
    turns.set(task, { atMs, cancel: clock.after(delayMs, () => turn(task)) });
  }

  function turn(task: TaskId): void {
    turns.delete(task);
    const entry = book.get(task);
    if (entry === undefined || !isSeen(entry) || !isWanted(entry) || !options.free()) return;
    if (holdOf(entry.state) !== undefined && !options.forfeited(entry)) return;
    // Put off since the turn was fixed: a bid of ours was refused meanwhile.
    if (clock.monotonicMs() < entry.notBeforeMs) schedule(task, entry.notBeforeMs);
    else options.onTurn(entry);
  }

  function drop(task: TaskId): void {
    turns.get(task)?.cancel();
    turns.delete(task);
  }

  return {
    evaluate,
    turnAtMs: (task) => turns.get(task)?.atMs ?? null,
    stop() {
      for (const { cancel } of turns.values()) cancel();
      turns.clear();
    },
  };
}

function placeOf(
  able: readonly Capabilities[],
  entry: TaskEntry & { readonly seen: Seen },
  self: PeerId,
): number {
  return inOrder(rank(able, entry.task, entry.seen.needs, entry.seen.recipe), entry).indexOf(self);
}

/**
 * Our place among those who watch the lease of a task; -1: we could not take it over. After those that have a slot
 * free come those who would be able once they have one: a lease that began to be watched only then would stand for
 * its whole length once more.
 */
function guardPlaceOf(
  able: readonly Capabilities[],
  { task, seen: { needs, recipe } }: TaskEntry & { readonly seen: Seen },
  self: PeerId,
): number {
  const free = rank(able, task, needs, recipe);
  const place = free.indexOf(self);
  if (place >= 0) return place;
  const isFull = (one: Capabilities) => obstacleOf(one, task, needs)?.kind === 'slots';
  const full = able.filter((one) => one.slots > 0 && isFull(one));
  const next = rank(full.map(withSlot), task, needs, recipe).indexOf(self);
  return next < 0 ? next : free.length + next;
}

function withSlot(peer: Capabilities): Capabilities {
  return { ...peer, running: peer.slots - 1 };
}

/**
 * Whoever made a result should answer for it, and leave the others free to judge that; where he tried in
 * vain, they go first.
 */
function inOrder(ranked: readonly PeerId[], entry: TaskEntry): readonly PeerId[] {
  const maker = 'hold' in entry.state ? entry.state.hold.peer : undefined;
  if (maker === undefined || !isToRework(entry) || !ranked.includes(maker)) return ranked;
  const others = ranked.filter((peer) => peer !== maker);
  return entry.rework?.failed === true ? [...others, maker] : [maker, ...others];
}

function isSeen(entry: TaskEntry): entry is TaskEntry & { readonly seen: Seen } {
  return entry.seen !== null;
}

/** Worth a bid by anybody at all. */
function isWanted(entry: TaskEntry): boolean {
  const { state } = entry;
  const isFinal = state.state === 'failed' && !isReopened(entry, state.hold.epoch);
  const isDone = state.state === 'done' && !isToRework(entry);
  return entry.wanted && entry.blocked === null && !isDone && !isFinal;
}
