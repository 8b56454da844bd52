/**
 * The claim of a task: epoch + 1 on top of the tip that was read, or the first commit of the
 * branch. Uncontended it costs one push and no read.
 */
import {
  Epoch,
  explainedResult,
  type FenceIntent,
  type LockRecord,
  type Oid,
  type Sha256Hex,
  type TaskId,
} from '@bzzz/protocol';
import type { Account } from '@bzzz/protocol';
import {
  accountsOf,
  answeredOf,
  proverOf,
  type CommitDeps,
  failuresOf,
  makeLockCommit,
  reworkOf,
  reworkOver,
  unfinishedOf,
} from './commit.ts';
import { type Tip, tipOid } from './tip.ts';

export interface ClaimOptions {
  readonly task: TaskId;
  readonly account: Account;
  /** The tip to stand on; a claim of a task never seen before expects it absent. */
  readonly tip: Tip;
  /** Highest epoch known from anywhere; 0 when none is. */
  readonly epochKnown: number;
  readonly bodySha256: Sha256Hex;
  readonly leaseMs: number;
  /** People want a task that failed tried again: the attempts so far count no more. */
  readonly afresh: boolean;
  /** Whose assignment a lock explained that is there no more. */
  readonly accountsBefore: readonly Account[];
  /** Tip of the result branch. */
  readonly result: Oid | null;
  /** The result that stands is to be reworked; `anew`: failures so far count no more. */
  readonly rework?: { readonly anew: boolean } | undefined;
}

/**
 * The intent of a claim. Over a published result the claim carries that result on: its holder may
 * only complete what people see (`carried`), never start an attempt, unless that result is to be
 * reworked. Whoever takes over a claim that reworks one goes on with that. Unfinished work that was pushed
 * stays where it is, and the claim goes on explaining it: its holder goes on from it, or replaces it where
 * it is discarded.
 */
export async function claimIntent(deps: CommitDeps, options: ClaimOptions): Promise<FenceIntent> {
  const { task, account, tip, bodySha256, leaseMs } = options;
  const below = tip.kind === 'record' ? tip.record : undefined;
  const epoch = Epoch.parse(Math.max(below?.epoch ?? 0, options.epochKnown) + 1);
  const shared = { task, account, former: formerAccounts(options, below), epoch, leaseMs };
  const isForgiven = options.afresh || options.rework?.anew === true;
  const reworked = below && reworkedIn(below, options);
  const carried =
    below === undefined || options.afresh || reworked !== undefined ? undefined : carry(below);
  const attempt = options.afresh || below?.state === 'result' ? 1 : (below?.attempt ?? 0) + 1;
  const draft =
    carried === undefined
      ? {
          ...shared,
          state: 'held' as const,
          attempt,
          bodySha256,
          ...(below === undefined || isForgiven ? {} : failuresOf(below)),
          ...stillUnfinished(below, options),
          ...reworked,
        }
      : { ...carried, ...shared };
  const expected: Oid | null = tipOid(tip);
  const made = await makeLockCommit(deps, draft, expected);
  return { task, expected, ...made };
}

/** The fields of a claim that reworks a result; undefined: this one does not. */
function reworkedIn(below: LockRecord, { rework }: Pick<ClaimOptions, 'rework'>) {
  if (below.state === 'held') return below.rework === undefined ? undefined : reworkOf(below);
  if (below.state !== 'result' || rework === undefined) return undefined;
  return reworkOver(below);
}

/** Whose assignment on the issue is bzzz's doing, besides our own. The latest few suffice. */
function formerAccounts(
  { account, accountsBefore }: Pick<ClaimOptions, 'account' | 'accountsBefore'>,
  below: LockRecord | undefined,
): Account[] {
  const all = new Set(below === undefined ? accountsBefore : accountsOf(below));
  all.delete(account);
  return [...all].slice(0, 9);
}

/** What the branch does not carry any more is explained no more; what was made for other words is discarded. */
function stillUnfinished(
  below: LockRecord | undefined,
  { result, bodySha256 }: Pick<ClaimOptions, 'result' | 'bodySha256'>,
) {
  if (below === undefined || below.state === 'result') return {};
  if (explainedResult(below) !== result) return {};
  const { work, ...rest } = unfinishedOf(below);
  if (work === undefined) return rest;
  return below.bodySha256 === bodySha256 ? { work } : { discarded: work };
}

/** What a takeover may not change: the outcome that the task has already. */
function carry(record: LockRecord) {
  const { attempt, bodySha256 } = record;
  const shared = { attempt, bodySha256, ...failuresOf(record) };
  if (record.state === 'result') {
    const { state, result, verdicts, author = record.peer } = record;
    const made = { author, ...proverOf(record) };
    return { state, result, ...made, verdicts, ...answeredOf(record), ...shared };
  }
  if (record.state === 'failed') {
    const { state, reason } = record;
    return { state, reason, ...shared, ...unfinishedOf(record) };
  }
  return undefined;
}
