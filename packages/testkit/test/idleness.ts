/**
 * Who leaves which task, and for how long, by what stands at the forge and on the disks alone: no word of
 * a peer about a task counts, since a peer that wrongly thinks it has nothing to do is what is looked for.
 *
 * A task waits while its issue is open, labelled, assigned to no person and of a trusted author, and nobody
 * who lives holds its lock; no issue of these worlds waits for another. A peer is free while it runs and has
 * fewer tasks between claim and end than slots. A pair of both may last:
 *
 * - until it can be known: for a new task one poll of the watcher, a read, or two when the policy is read
 *   again; for a peer that has just started four reads (the policy, the issues, whose an assignment is, and
 *   the lock of what somebody holds whom it has not met); for a task whose holder is gone as long as it takes
 *   to be sure of that;
 * - rank x stagger. Nobody stands further back than there are others whom it must think free; who is first
 *   waits one stagger too, unless the task is new to all (contest.ts says why);
 * - one round trip, in which the claim is pushed; two where a task waits that was claimed before, whose lock
 *   is read first, for one that has a single slot may begin with that.
 *
 * That is what one peer may do. Of all of them, however many: a task that waits while anybody is free is taken within
 * one stagger, from when it could be known to one of them, and the round trips of a bid and of a bid before it, whose
 * word moves the next one up.
 *
 * A claim of something else changes nothing. Two things take a slot and leave no claim: a bid that was lost to
 * another, after which the peer begins anew, by the answer and a read of who won; and a look whether the pull
 * request is there of a result whose maker is gone, which may come first where there is such a result.
 */
import type { IssueNumber, PeerId } from '@bzzz/protocol';
import { roundTripMsMax } from '../src/sim/forge-delays.ts';
import type { World } from '../src/sim/world.ts';
import { trackMachines, trackTasks } from './idle-sights.ts';

/** Syncs of journals and gossip, a few each of at most 5 ms, on the way from one event to the next. */
const localMsMax = 50;

interface Pair {
  readonly peer: PeerId;
  readonly number: IssueNumber;
  sinceMs: number;
  /** Before that it cannot be known that there is something to do, seen or not. */
  readonly notBeforeMs: number;
  /** Who could come before us: all that seemed free until it was known. */
  readonly rivals: Set<PeerId>;
}

export interface Idleness {
  /** Call it whenever something may have happened. */
  sample(): void;
  /** Every peer and task that were left together for too long. */
  readonly found: ReadonlySet<string>;
  /** Pairs that came and went. */
  pairs(): number;
  /** How long at most a task was left by all, beyond what bids take. */
  longestMs(): number;
}

export function watchIdleness(world: World, watched: readonly IssueNumber[]): Idleness {
  const { timeline, history, state, timing, liveness } = world;
  const machines = trackMachines(world);
  const tasks = trackTasks(world);
  const pairs = new Map<string, Pair>();
  const found = new Set<string>();
  /** Since when each task could be taken by somebody. */
  const idleSinceMs = new Map<IssueNumber, number>();
  let longestMs = 0;
  let ended = 0;
  /** The jitter of polls is a tenth. */
  const pollMsMax = 1.1 * timing.pollMs + 2 * roundTripMsMax;
  /** Suspected for so long, with a probe of our own, one through others, and who is there asked once more. */
  const deathMsMax = liveness.suspicionMs + 4 * liveness.probeMs;

  history.onEvent((event) => {
    machines.take(event);
    tasks.take(event);
    if (event.kind === 'push' && !event.accepted) {
      // Lost to another: not by a lock that nobody holds, which would be a mistake of its own.
      const isLost = tasks.lockOf(event.push.number)?.state === 'held';
      if (isLost) beginAnew(event.peer, 2 * roundTripMsMax);
    }
    if (event.kind === 'durable' && event.body.kind === 'fence.settled') {
      if (event.body.outcome === 'lost') beginAnew(event.peer, 0);
    }
  });

  function beginAnew(peer: PeerId, inMs: number): void {
    for (const pair of pairs.values()) {
      if (pair.peer === peer) pair.sinceMs = timeline.nowMs() + inMs;
    }
  }

  function pairOf(peer: PeerId, number: IssueNumber): Pair {
    const nowMs = timeline.nowMs();
    const startMs = machines.startedAtMs(peer) + 4 * roundTripMsMax;
    const goneAtMs = tasks.lockOf(number)?.state === 'held' ? nowMs + deathMsMax : 0;
    const rivals = new Set(machines.seemFree(nowMs - roundTripMsMax, deathMsMax));
    return { peer, number, sinceMs: nowMs, notBeforeMs: Math.max(startMs, goneAtMs), rivals };
  }

  /** What its bid takes when its turn has come, and what may come first. */
  function bidMsMax(waiting: readonly IssueNumber[]): number {
    const readsLock = waiting.some((number) => tasks.lockOf(number) !== undefined);
    const looksAfter = tasks.leftBehind(machines.isGone);
    const lookMs = looksAfter ? 2 * roundTripMsMax + timing.staggerMs : 0;
    return lookMs + (readsLock ? 2 : 1) * roundTripMsMax + localMsMax;
  }

  /** From when on it can be known that there is something to do. */
  function fromMsOf({ number, sinceMs, notBeforeMs }: Pair): number {
    const seenAtMs = tasks.seenAtMs(number) ?? sinceMs + pollMsMax;
    return Math.max(sinceMs, notBeforeMs, seenAtMs);
  }

  function look(pair: Pair, bidMs: number): void {
    const { peer, number, sinceMs, rivals } = pair;
    const nowMs = timeline.nowMs();
    const fromMs = fromMsOf(pair);
    if (nowMs <= fromMs) {
      for (const one of machines.seemFree(nowMs, deathMsMax)) rivals.add(one);
    }
    const steps = Math.max(1, [...rivals].filter((one) => one !== peer).length);
    const untilMs = fromMs + steps * timing.staggerMs + bidMs;
    if (nowMs <= untilMs) return;
    const name = machines.nameOf(peer);
    found.add(`${name} leaves #${number} since ${sinceMs} ms, at the latest until ${untilMs} ms`);
  }

  /** Whether anybody takes it, of all that are free. */
  function lookAtAll(number: IssueNumber, free: readonly Pair[], bidMs: number): void {
    const nowMs = timeline.nowMs();
    if (!free.some((pair) => fromMsOf(pair) <= nowMs)) {
      idleSinceMs.delete(number);
      return;
    }
    const sinceMs = idleSinceMs.get(number) ?? nowMs;
    idleSinceMs.set(number, sinceMs);
    const leftMs = nowMs - sinceMs - bidMs - roundTripMsMax;
    longestMs = Math.max(longestMs, leftMs);
    if (leftMs <= timing.staggerMs) return;
    found.add(`all leave #${number}, which could be taken since ${sinceMs} ms`);
  }

  return {
    found,
    pairs: () => ended,
    longestMs: () => longestMs,
    sample() {
      const waiting = state.numbers().filter((number) => tasks.waits(number, machines.isGone));
      const bidMs = bidMsMax(waiting);
      const names = new Set<string>();
      const free = machines.free();
      for (const number of watched) {
        const able = waiting.includes(number) ? free : [];
        const here = able.map((peer) => {
          const name = `${peer} ${number}`;
          const pair = pairs.get(name) ?? pairOf(peer, number);
          pairs.set(name, pair);
          names.add(name);
          return pair;
        });
        for (const pair of here) look(pair, bidMs);
        lookAtAll(number, here, bidMs);
      }
      for (const name of pairs.keys()) {
        if (names.has(name)) continue;
        pairs.delete(name);
        ended += 1;
      }
    },
  };
}
