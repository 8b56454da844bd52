/**
 * The one way to move a fence: claim, renewal, takeover, release, failure and result are all a
 * compare-and-swap of the lock branch, and the result branch moves only with it (invariants 1, 2).
 *
 *     intent -> journal (7) -> push -> accepted ------------------------------> won
 *                               |  \-> rejected -> read -> somebody else's tip -> lost
 *                               |                  read -> our tip ------------> won
 *                               |                  still expected beyond the lag -> refused
 *                               \-> no answer -> read (as above), or ----------> unknown
 *
 * `settle` may be called again with the same intent, now or by the process after a crash: the
 * commit is pushed byte for byte as before, so a push that took effect unseen is recognised and
 * never doubled. A read never proves a claim; it only tells who stands in the way.
 */
import {
  type Epoch,
  type FenceIntent,
  isBzzzError,
  limits,
  type Oid,
  type PeerId,
  reasonOf,
  type TaskId,
  taskParts,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Clock, Forge, PushReply, Signer } from '../ports/index.ts';
import { sleep } from '../support/sleep.ts';
import { createOwnMoves } from './own-moves.ts';
import { readTip, type TipReading } from './tip.ts';

export type FenceVerdict =
  | { readonly kind: 'won' }
  | { readonly kind: 'lost'; readonly reason: string; readonly reading: TipReading }
  /** A rule or hook of the forge says no to us; nobody stands in the way. */
  | { readonly kind: 'refused'; readonly reason: string; readonly reading: TipReading }
  /** The forge does not answer; settle the same intent again. */
  | { readonly kind: 'unknown'; readonly reason: string };

export interface Fence {
  /** Journals the intent, then settles it. */
  propose(intent: FenceIntent, signal: AbortSignal): Promise<FenceVerdict>;
  /** Pushes an intent that is in the journal already. */
  settle(intent: FenceIntent, signal: AbortSignal): Promise<FenceVerdict>;
  /**
   * Reads both branches; again, for as long as reads may lag behind it, where they hide a move of ours that stood.
   * Throws as `Forge.readFence` does.
   */
  look(task: TaskId, signal: AbortSignal): Promise<TipReading>;
  /** Whether our own journal holds this commit. A tip that only bears our name is not ours. */
  owns(task: TaskId, oid: Oid): boolean;
  /** Whether our own journal holds both commits, and the first after the second. */
  isLater(task: TaskId, oid: Oid, than: Oid): boolean;
  /** Whether our own journal tells that we meant to publish this result: its lock may be lost since. */
  published(task: TaskId, result: Oid): boolean;
  /**
   * Takes an intent of an earlier run, read from the journal. `stoodAtMs`: when it came to stand, or may have, on the
   * monotonic clock of this run; undefined: it never did.
   */
  remember(intent: FenceIntent, stoodAtMs: number | undefined): void;
}

export interface FenceDeps {
  readonly clock: Clock;
  readonly forge: Pick<Forge, 'push' | 'readFence'>;
  readonly signer: Signer;
  readonly chronicle: Chronicle;
}

export interface FenceOptions {
  /** How long reads of the forge may lag behind its writes. */
  readonly lagMs: number;
}

/** Reads within the lag window after a rejection. */
const readsMax = 5;

export function createFence(deps: FenceDeps, options: FenceOptions): Fence {
  const { chronicle, clock } = deps;
  const moves = createOwnMoves(options);
  const { owns, isLater, published } = moves;
  /** Commits that the forge refused without our learning why: only reads settle them, no push. */
  const rejected = new Set<Oid>();

  async function settle(intent: FenceIntent, signal: AbortSignal): Promise<FenceVerdict> {
    const verdict = await pushAndLook({ ...deps, owns, rejected }, options, intent, signal);
    if (verdict.kind !== 'unknown') rejected.delete(intent.oid);
    const { task } = intent.record;
    if (verdict.kind === 'won') moves.stood(task, intent.oid, clock.monotonicMs());
    else if ('reading' in verdict) saw(task, verdict.reading);
    const standing = verdict.kind === 'lost' ? holderOf(verdict.reading) : undefined;
    const holder = standing?.peer === intent.record.peer ? undefined : standing;
    await chronicle.record({
      kind: 'fence.settled',
      task: intent.record.task,
      oid: intent.oid,
      outcome: verdict.kind,
      reason: verdict.kind === 'won' ? '' : verdict.reason.slice(0, limits.reasonCharsMax),
      ...(holder === undefined ? {} : { holder }),
    });
    return verdict;
  }

  /** A read that began when none could hide any more what stood of ours is believed: the fence was set back. */
  async function lookAgain(task: TaskId, signal: AbortSignal): Promise<TipReading> {
    for (;;) {
      const beganMs = clock.monotonicMs();
      const reading = await look(deps, task, signal);
      const hiddenUntilMs = moves.hiddenUntilMs(task, reading);
      if (hiddenUntilMs === null || beganMs > hiddenUntilMs) {
        saw(task, reading);
        return reading;
      }
      const leftMs = hiddenUntilMs - clock.monotonicMs();
      await sleep(clock, Math.min(leftMs + 1, options.lagMs / (readsMax - 1)), signal);
    }
  }

  /** Another read may be older than this one. */
  function saw(task: TaskId, { tip }: TipReading): void {
    if (tip.kind === 'record') moves.stood(task, tip.oid, clock.monotonicMs());
  }

  return {
    settle,
    look: lookAgain,
    owns,
    isLater,
    published,
    remember(intent, stoodAtMs) {
      moves.intended(intent);
      if (stoodAtMs !== undefined) moves.stood(intent.record.task, intent.oid, stoodAtMs);
    },
    async propose(intent, signal) {
      moves.intended(intent);
      await chronicle.record({ kind: 'fence.intended', intent });
      return settle(intent, signal);
    },
  };
}

type LookDeps = FenceDeps & Pick<Fence, 'owns'> & { readonly rejected: Set<Oid> };

async function pushAndLook(
  deps: LookDeps,
  options: FenceOptions,
  intent: FenceIntent,
  signal: AbortSignal,
): Promise<FenceVerdict> {
  const { repo, number } = taskParts(intent.record.task);
  const { expected, oid, commit, result } = intent;
  const push = {
    number,
    lock: { expected, oid, commit },
    ...(result === undefined ? {} : { result }),
  };
  const reply = deps.rejected.has(oid)
    ? { kind: 'rejected' as const, reason: 'rejected before' }
    : await deps.forge.push(repo, push, { signal });
  if (reply.kind === 'accepted') return { kind: 'won' };
  if (reply.kind === 'rejected') deps.rejected.add(oid);
  return lookAround(deps, options, intent, reply, signal);
}

/** After a push that was not accepted: finds out why, by reading until reads can be believed. */
async function lookAround(
  deps: LookDeps,
  options: FenceOptions,
  intent: FenceIntent,
  reply: Exclude<PushReply, { kind: 'accepted' }>,
  signal: AbortSignal,
): Promise<FenceVerdict> {
  for (let reads = 1; ; reads += 1) {
    let reading: TipReading;
    try {
      reading = await look(deps, intent.record.task, signal);
    } catch (error) {
      if (!isBzzzError(error) || error.code === 'aborted') throw error;
      return { kind: 'unknown', reason: `${reply.reason}; then ${reasonOf(error)}` };
    }
    const stand = compare(reading, intent, deps.owns);
    if (stand === 'ours') return { kind: 'won' };
    if (stand === 'theirs') return { kind: 'lost', reason: whoHolds(reading), reading };
    // What we expect, or an older state: nobody is known to stand in the way. Without an answer
    // to the push the same commit may be pushed again; a rejection needs reads beyond the lag.
    if (reply.kind === 'unknown') return reply;
    if (reads === readsMax) return believed(stand, reply.reason, reading);
    await sleep(deps.clock, options.lagMs / (readsMax - 1), signal);
  }
}

async function look(deps: FenceDeps, task: TaskId, signal: AbortSignal): Promise<TipReading> {
  const { repo, number } = taskParts(task);
  return readTip(deps.signer, repo, await deps.forge.readFence(repo, number, { signal }));
}

/** What a rejection means once stale reads are out of the question. */
function believed(stand: Stand, reason: string, reading: TipReading): FenceVerdict {
  if (stand === 'touched') {
    return { kind: 'lost', reason: 'a person deleted or moved a branch of the task', reading };
  }
  return { kind: 'refused', reason, reading };
}

type Stand = 'ours' | 'theirs' | 'expected' | 'older' | 'touched';

/**
 * Where the tip that was read stands relative to the intent. Epochs order the tips of different
 * holders; a tip of a lower epoch than the intent's is a stale read and proves nothing.
 */
function compare(reading: TipReading, intent: FenceIntent, owns: Fence['owns']): Stand {
  const { tip, result } = reading;
  const { record, expected } = intent;
  if (tip.kind === 'absent') return expected === null ? 'expected' : 'touched';
  if (tip.oid === intent.oid) return 'ours';
  if (tip.oid === expected) {
    const asExpected = intent.result === undefined || result === intent.result.expected;
    return asExpected ? 'expected' : 'touched';
  }
  if (tip.kind === 'foreign') return 'theirs';
  if (tip.record.epoch < record.epoch) return 'older';
  if (tip.record.epoch > record.epoch) return 'theirs';
  return owns(record.task, tip.oid) ? 'older' : 'theirs';
}

function whoHolds(reading: TipReading): string {
  const { tip } = reading;
  if (tip.kind === 'record') {
    return `${tip.record.peer} stands there with epoch ${tip.record.epoch} (${tip.record.state})`;
  }
  return 'a person pushed to the lock branch';
}

/** The holder that a reading names, for the journal. */
function holderOf(reading: TipReading): { peer: PeerId; epoch: Epoch } | undefined {
  if (reading.tip.kind !== 'record') return undefined;
  return { peer: reading.tip.record.peer, epoch: reading.tip.record.epoch };
}
