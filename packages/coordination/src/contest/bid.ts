/**
 * One bid for a task: look if there is anything to look at, then push a claim. A task that nobody
 * ever claimed costs one push and no read.
 */
import {
  type Account,
  BzzzError,
  type FenceIntent,
  type LockRecord,
  type Oid,
  taskParts,
} from '@bzzz/protocol';
import { claimIntent } from '../fence/claim.ts';
import type { CommitDeps } from '../fence/commit.ts';
import type { Fence } from '../fence/fence.ts';
import { createHolding, type Holding } from '../fence/holding.ts';
import type { Forge } from '../ports/index.ts';
import { isExplained, type Tip, type TipReading } from '../fence/tip.ts';
import { isGivenBack, isReopened, type Seen, type TaskEntry } from '../task/book.ts';
import { readRework, type Rework } from '../task/rework.ts';

export type BidOutcome =
  | {
      readonly kind: 'won';
      readonly holding: Holding;
      readonly resultTip: Oid | null;
    }
  /** Somebody stands in the way; `reading` says who. */
  | { readonly kind: 'stood-down'; readonly reading: TipReading }
  /** There is nothing left to do: the result has its pull request. */
  | {
      readonly kind: 'complete';
      readonly tip: Extract<Tip, { kind: 'record' }>;
      readonly pullRequest: number;
    }
  /** The forge says no to us, or has no answer: bid again later. */
  | { readonly kind: 'later'; readonly error: BzzzError; readonly reading: TipReading }
  /** In doubt: the claim may stand. It is settled before anything else is done with the task. */
  | {
      readonly kind: 'doubt';
      readonly intent: FenceIntent;
      readonly resultTip: Oid | null;
      readonly error: BzzzError;
    };

export interface BidDeps extends CommitDeps {
  readonly forge: Pick<Forge, 'findPullRequests' | 'readReview' | 'readBase'>;
  readonly fence: Fence;
}

export interface BidOptions {
  readonly account: Account;
  readonly leaseMs: number;
  /** Whether this tip of another peer may be taken over: its holder is dead or its lease is out. */
  readonly mayTakeOver: (record: LockRecord, oid: Oid) => Promise<boolean>;
  /** The task with what the journals tell of it by now. */
  readonly recall: () => Promise<Biddable>;
}

export interface Biddable extends TaskEntry {
  readonly seen: Seen;
  /** Whose assignment a lock explained that is there no more. */
  readonly accountsBefore: readonly Account[];
  /** The highest epoch of which a journal tells; 0: of no claim. What was only heard is no proof of one. */
  readonly epochTold: number;
}

/** Throws what reading the forge throws. */
export async function bid(
  deps: BidDeps,
  options: BidOptions,
  known: Biddable,
  signal: AbortSignal,
): Promise<BidOutcome> {
  const fresh = known.epochKnown === 0;
  const reading = fresh ? untouched : await deps.fence.look(known.task, signal);
  // Only now: a claim that stood and was deleted before this read is in its holder's journal.
  const isGone = !fresh && reading.tip.kind === 'absent';
  const entry = isGone ? await options.recall() : known;
  if (!(await mayStandOn(options, entry, reading))) return { kind: 'stood-down', reading };
  const standing = await seenByPeople(deps, entry, reading.tip, signal);
  if (standing?.kind === 'complete') return standing;
  const intent = await claimIntent(deps, {
    task: entry.task,
    account: options.account,
    tip: reading.tip,
    epochKnown: entry.epochKnown,
    bodySha256: entry.seen.bodySha256,
    leaseMs: options.leaseMs,
    accountsBefore: entry.accountsBefore,
    result: reading.result,
    afresh: reading.tip.kind === 'record' && isRetried(entry, reading.tip.record),
    rework: standing && { anew: standing.rework.isAnew },
  });
  const verdict = await deps.fence.propose(intent, signal);
  const stood = { resultTip: reading.result };
  switch (verdict.kind) {
    case 'won':
      return { kind: 'won', holding: createHolding(deps, intent), ...stood };
    case 'lost':
      return { kind: 'stood-down', reading: verdict.reading };
    case 'refused': {
      const error = new BzzzError('fence_refused', verdict.reason);
      return { kind: 'later', error, reading: verdict.reading };
    }
    case 'unknown': {
      const error = new BzzzError('forge_unreachable', verdict.reason);
      return { kind: 'doubt', intent, error, ...stood };
    }
  }
}

/**
 * A result whose holder went away silently may need nobody, one that is in review more work: reads tell.
 * Undefined: nobody has seen it yet.
 */
async function seenByPeople(
  deps: BidDeps,
  { seen, rework: hinted }: Biddable,
  tip: Tip,
  signal: AbortSignal,
): Promise<
  | Extract<BidOutcome, { kind: 'complete' }>
  | { readonly kind: 'rework'; readonly rework: Rework }
  | undefined
> {
  if (tip.kind !== 'record' || tip.record.state !== 'result') return undefined;
  const { repo, number } = taskParts(tip.record.task);
  const [latest] = await deps.forge.findPullRequests(repo, number, { signal });
  // Its verdicts are its holder's business, who goes on with that when he is back: while he waits for others
  // nothing renews his lease, so that it ran out says nothing.
  if (latest === undefined) return undefined;
  const rules = { isRecipe: seen.recipe !== 'plain', retriedAtMs: seen.retriedAtMs ?? null };
  const rework =
    hinted?.lock === tip.oid ? await readRework(deps.forge, tip.record, rules, signal) : undefined;
  if (rework !== undefined) return { kind: 'rework', rework };
  return { kind: 'complete', tip, pullRequest: latest.number };
}

const untouched: TipReading = { tip: { kind: 'absent' }, result: null };

async function mayStandOn(
  options: BidOptions,
  entry: Biddable,
  reading: TipReading,
): Promise<boolean> {
  const { tip, result } = reading;
  switch (tip.kind) {
    case 'absent':
      // Known to have been claimed: a stale read, or a person deleted the branch.
      return entry.epochTold === 0 || isGivenBack(entry, entry.epochTold);
    case 'foreign':
      return false;
    case 'record': {
      const { record, oid } = tip;
      // A branch that no result explains is a person's: what is free already is left to him.
      const isAsked = record.state === 'result' && entry.rework?.lock === oid;
      const free = record.state === 'released' || isAsked || isRetried(entry, record);
      return free ? isExplained(record, result) : options.mayTakeOver(record, oid);
    }
  }
}

/** People gave a task back after this failure of it. */
function isRetried(entry: TaskEntry, { state, epoch }: LockRecord): boolean {
  return state === 'failed' && isReopened(entry, epoch);
}
