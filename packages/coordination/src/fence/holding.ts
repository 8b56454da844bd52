/**
 * A task that we hold: its tip, and every move that only the holder makes. Moves run one after
 * another, so a renewal and the publication never race each other.
 */
import {
  BzzzError,
  explainedResult,
  type FenceIntent,
  type LockRecord,
  type Oid,
  type PeerId,
  reasonOf,
  type TaskId,
} from '@bzzz/protocol';
import { createSerial } from '../support/serial.ts';
import {
  type CommitDeps,
  failuresOf,
  type Heard,
  heardOf,
  type LockCommit,
  makeLockCommit,
  proverOf,
  type RecordDraft,
  reworkedFrom,
  reworkOf,
  unfinishedOf,
} from './commit.ts';
import type { Fence, FenceVerdict } from './fence.ts';
import type { TipReading } from './tip.ts';

export interface Holding {
  readonly task: TaskId;
  /** The commit that stands at the tip since our last move that was won. */
  tip(): LockCommit;
  /** What a read shows may be a move that an earlier run of ours had sent: then that is the tip. */
  saw(reading: TipReading): Promise<void>;
  /** Each is one push. `unknown` and `refused` leave the tip; the caller tries again later. */
  renew(signal: AbortSignal): Promise<FenceVerdict>;
  /** Pushes unfinished work. `over`: the result branch when the task was claimed, if not our work. */
  checkpoint(work: { over: Oid | null; oid: Oid }, signal: AbortSignal): Promise<FenceVerdict>;
  publish(result: Publishing, signal: AbortSignal): Promise<FenceVerdict>;
  /** Says that a result which stands already is the task's; moves no result branch. */
  adopt(result: Adopted, signal: AbortSignal): Promise<FenceVerdict>;
  /**
   * Where a result was to be reworked, that stands again by this and by `release`. `heard`: what people
   * said until then is not tried any more.
   */
  fail(reason: string, signal: AbortSignal, heard?: Heard): Promise<FenceVerdict>;
  /** `failed`: the attempt did, and nobody is to go on from the work that was pushed. */
  release(reason: string, signal: AbortSignal, failed?: boolean): Promise<FenceVerdict>;
}

/** Words of people, that it be tried again, or something else. */
export type Asked = 'words' | 'retry' | 'other';

interface Publishing {
  /** The result branch when the task was claimed, if not our work. */
  readonly over: Oid | null;
  readonly oid: Oid;
  readonly verdicts: number;
  /** Who ran its acceptance, where it could not be run here. */
  readonly prover?: PeerId | undefined;
  /** What people said that it answers, and what asked for a rework; absent: nothing. */
  readonly answers?: Heard & { readonly asked: Asked };
}

export interface Adopted {
  readonly oid: Oid;
  readonly verdicts: number;
  /** What was said before counts as answered: nobody can tell any more. Absent: nothing was. */
  readonly heard?: Heard;
}

export interface HoldingDeps extends CommitDeps {
  readonly fence: Fence;
}

export function createHolding(deps: HoldingDeps, won: LockCommit): Holding {
  const serial = createSerial();
  let tip = commitOf(won);
  /** A move that got no answer: it may still take effect, so it is settled before any other. */
  let inDoubt: FenceIntent | undefined;

  function move(plan: (tip: LockRecord) => Move, signal: AbortSignal) {
    return serial(async () => {
      const { draft: wanted } = plan(tip.record);
      const { state } = wanted;
      const letsGo = state !== 'held' && !hasResult(wanted, tip.record);
      // Whoever lets go must not push a publication once more to find out whether it stands.
      if (inDoubt !== undefined && !(letsGo && hasResult(inDoubt.record, tip.record))) {
        const earlier = conclude(inDoubt, await deps.fence.settle(inDoubt, signal));
        const same = tip.record.state === state && state !== 'held';
        // A publication of our own was what stood in the way: there is nothing left to move.
        const overtaken = earlier.kind === 'refused' && tip.record.state !== 'held';
        if (same || overtaken) return earlier;
        if (earlier.kind !== 'won' && earlier.kind !== 'refused') return earlier;
      }
      if (tip.record.state !== 'held') throw ended(tip.record);
      // Only now: the move before may have moved the result branch too.
      const { draft, result } = plan(tip.record);
      const made = await makeLockCommit(deps, draft, tip.oid);
      const intent: FenceIntent = {
        task: draft.task,
        expected: tip.oid,
        ...made,
        ...(result === undefined ? {} : { result }),
      };
      // Until there is a verdict, also when an abort cuts the wait for it short.
      inDoubt = intent;
      return conclude(intent, await deps.fence.propose(intent, signal));
    });
  }

  function conclude(intent: FenceIntent, verdict: FenceVerdict): FenceVerdict {
    inDoubt = verdict.kind === 'unknown' ? intent : undefined;
    if (verdict.kind === 'won') tip = commitOf(intent);
    if (verdict.kind === 'refused') recognise(verdict.reading);
    return verdict;
  }

  /** What stands in the way may be a move of our own that took effect unseen. */
  function recognise({ tip: found }: TipReading): void {
    if (found.kind !== 'record' || !deps.fence.owns(found.record.task, found.oid)) return;
    if (found.record.epoch === tip.record.epoch) tip = commitOf(found);
  }

  /** A read may be an old one: only what we meant to push after our tip is known to be later. */
  async function saw(reading: TipReading): Promise<void> {
    const { tip: found } = reading;
    if (found.kind !== 'record') return;
    if (deps.fence.isLater(found.record.task, found.oid, tip.oid)) recognise(reading);
  }

  return {
    task: won.record.task,
    tip: () => tip,
    saw: (reading) => serial(() => saw(reading)),
    renew: (signal) => move((now) => ({ draft: { ...shared(now), state: 'held' } }), signal),
    checkpoint: ({ over, oid }, signal) =>
      move(
        (now) => ({
          draft: { ...claimed(now), state: 'held', work: oid },
          result: { expected: explainedResult(now) ?? over, oid },
        }),
        signal,
      ),
    publish: ({ over, oid, verdicts, prover, answers }, signal) =>
      move(
        (now) => ({
          draft: {
            // That some attempts had failed before counts no more.
            ...identity(now),
            ...answering(now, answers),
            state: 'result',
            result: oid,
            verdicts,
            ...proverOf({ prover }),
          },
          result: { expected: explainedResult(now) ?? over, oid },
        }),
        signal,
      ),
    adopt: ({ oid, verdicts, heard }, signal) =>
      move((now) => {
        const said = heard === undefined ? {} : heardOf(heard);
        return { draft: { ...claimed(now), ...said, state: 'result', result: oid, verdicts } };
      }, signal),
    fail: (reason, signal, heard) =>
      move((now) => {
        const back = backToResult(now, { isFailed: true, heard });
        const draft = { ...discarding(now), state: 'failed' as const, reason: trailer(reason) };
        return { draft: back ?? draft };
      }, signal),
    release: (reason, signal, failed = false) =>
      move((now) => {
        const back = backToResult(now, { isFailed: failed });
        if (back !== undefined) return { draft: back };
        const rest = failed ? { ...discarding(now), ...oneMoreFailure(now) } : unfinished(now);
        return { draft: { ...rest, state: 'released', reason: trailer(reason) } };
      }, signal),
  };
}

/** Whether a move says that the task has a result which it had not before. */
function hasResult(to: RecordDraft, from: LockRecord): boolean {
  return to.state === 'result' && to.result !== reworkOf(from).rework;
}

interface Move {
  readonly draft: RecordDraft;
  readonly result?: FenceIntent['result'];
}

/** What every record of one epoch shares until there is a result: also what the branch carries. */
function shared(record: LockRecord) {
  return { ...unfinished(record), ...reworkOf(record) };
}

function unfinished(record: LockRecord) {
  return { ...claimed(record), ...(record.state === 'result' ? {} : unfinishedOf(record)) };
}

function discarding(record: LockRecord) {
  const discarded = record.state === 'result' ? undefined : explainedResult(record);
  return { ...claimed(record), ...(discarded === undefined ? {} : { discarded }) };
}

/** A rework that came to nothing leaves the result as it was. Undefined: there was none. */
function backToResult(
  record: LockRecord,
  { isFailed, heard }: { isFailed: boolean; heard?: Heard | undefined },
): RecordDraft | undefined {
  const result = reworkedFrom(record);
  if (result === undefined) return undefined;
  return {
    ...claimed(record),
    ...result,
    ...(isFailed ? oneMoreFailure(record) : {}),
    ...(heard === undefined ? {} : heardOf(heard)),
  };
}

function oneMoreFailure({ failures = 0 }: LockRecord): { failures: number } {
  return { failures: failures + 1 };
}

/** A first result answers the issue; one that replaces another counts as a rework of it. */
function answering(record: LockRecord, said: Publishing['answers']) {
  const { rework, reworks = 0, answers = 0 } = reworkOf(record);
  const heard = said === undefined ? {} : heardOf(said);
  if (rework === undefined) return heard;
  const asked = said?.asked ?? 'other';
  const counted = asked === 'retry' ? 0 : asked === 'words' ? answers + 1 : answers;
  const more = counted === 0 ? {} : { answers: counted };
  return { ...heard, ...more, reworks: asked === 'other' ? reworks + 1 : 1 };
}

/** The fields that every record of one epoch shares. */
function claimed(record: LockRecord) {
  return { ...identity(record), ...failuresOf(record) };
}

function identity(record: LockRecord) {
  const { task, account, former, epoch, attempt, leaseMs, bodySha256 } = record;
  return { task, account, former, epoch, attempt, leaseMs, bodySha256 };
}

/** Any text as one line that fits a trailer. */
export function trailer(text: unknown): string {
  const line = reasonOf(text)
    .replaceAll(/[\p{Cc}\s]+/gu, ' ')
    .trim();
  return line.slice(0, 200).toWellFormed().trim() || 'no reason given';
}

function ended(record: LockRecord): BzzzError {
  return new BzzzError('task_transition', `the claim ended as ${record.state} already`);
}

/** Only what a tip is: an intent says more. */
function commitOf({ oid, commit, record }: LockCommit): LockCommit {
  return { oid, commit, record };
}
