/**
 * The tasks that this peer bids for, holds and works on, each in one slot from bid to end. Knows
 * nothing of when to bid; tells the book and the mesh what comes of it.
 */
import {
  type Again,
  BzzzError,
  type Epoch,
  type EntryBody,
  isBzzzError,
  limits,
  type LockRecord,
  reasonOf,
  type TaskId,
} from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import { type BidDeps, type BidOptions, type BidOutcome, bid } from '../contest/bid.ts';
import { createHolding, type Holding } from '../fence/holding.ts';
import type { TipReading } from '../fence/tip.ts';
import type { Rests } from '../pause/pause.ts';
import { recall } from '../recovery/recall.ts';
import type { Records } from '../recovery/records.ts';
import { backoffMs, patiently } from '../support/backoff.ts';
import { abortError, sleep } from '../support/sleep.ts';
import type { Epilogue } from './epilogue.ts';
import type { Book, Seen, TaskEntry } from '../task/book.ts';
import { adopt } from '../task/complete.ts';
import { driveTask } from '../task/drive.ts';
import type { DriveDeps, DriveEnd, DriveJob, DriveOptions } from '../task/driving.ts';
import { insist } from '../task/insist.ts';
import { holdOf } from '../task/state.ts';
import * as transition from '../task/state.ts';
import { createUntold, type UntoldDeps } from '../task/untold.ts';

export interface WorkforceDeps
  extends Omit<BidDeps, 'forge'>,
    Omit<DriveDeps, 'signer' | 'clock' | 'random' | 'fence'> {
  readonly clock: DriveDeps['clock'];
  readonly random: DriveDeps['random'];
  readonly chronicle: Chronicle;
  readonly membership: UntoldDeps['membership'];
  readonly book: Book;
  readonly records: Pick<Records, 'recall'>;
  readonly epilogue: Pick<Epilogue, 'ended' | 'forget' | 'issueChanged'>;
  readonly rest?: Pick<Rests, 'of' | 'forget'>;
}

export interface WorkforceOptions extends Omit<DriveOptions, 'hooks'> {
  /** Attempts at a time, as of now: where they become fewer, those that run go on. */
  readonly slots: () => number;
  /** Null: the forge has not told yet who we are, so nothing can be claimed. */
  readonly bidOptions: () => Omit<BidOptions, 'recall'> | null;
  /** What a read of the fence showed. */
  readonly onReading: (task: TaskId, reading: TipReading) => void;
  /** A task changed hands or ended, or a slot became free. */
  readonly onChange: (task: TaskId) => void;
}

export interface Workforce {
  free(): boolean;
  /**
   * Tasks that we hold. A bid does not count: whoever ranks after us would take our place in the
   * ranking as free, and bid for the same task at once.
   */
  running(): number;
  /** Tasks in slots, bids among them. */
  active(): readonly TaskId[];
  /** Whether we hold the task; a bid for it is not yet that. */
  driving(task: TaskId): boolean;
  /** Bids, and if it is won works to the end. */
  bid(entry: TaskEntry & { readonly seen: Seen }): void;
  /** Looks whether a task of an earlier run is still ours, and goes on or lets go. */
  resume(task: TaskId): void;
  /** Looks whether a claim of ours stands that we thought was over, and goes on with it. */
  takeUp(task: TaskId): void;
  /** Its issue is said to have changed. */
  recheck(task: TaskId): void;
  /** Lets go of everything by a commit, as far as the forge answers within `graceMs`. */
  stop(graceMs: number): Promise<void>;
}

interface Active {
  readonly over: Promise<void>;
  /** Makes the drive look at its issue; undefined: only a bid so far. */
  recheck: (() => void) | undefined;
}

export function createWorkforce(deps: WorkforceDeps, options: WorkforceOptions): Workforce {
  const { book, chronicle, clock, fence, random, trouble } = deps;
  const stopping = new AbortController();
  const { signal } = stopping;
  const active = new Map<TaskId, Active>();
  const untold = createUntold(deps);
  let graceMsLeft = 0;

  function occupy(task: TaskId, job: () => Promise<void>): void {
    if (active.has(task) || signal.aborted) return;
    const over = job()
      .catch((error: unknown) => {
        if (signal.aborted) return;
        trouble.tell(error, task);
        postpone(task);
      })
      .finally(() => {
        active.delete(task);
        // A peer that stops remembers by its journal what was to rest.
        if (!signal.aborted) deps.rest?.forget(task);
        options.onChange(task);
      });
    active.set(task, { over, recheck: undefined });
    options.onChange(task);
  }

  /** `attempts`: those that failed, whoever made them. Only tries since the last claim are counted here. */
  function postpone(task: TaskId, attempts = 0): void {
    const failures = (book.get(task)?.failures ?? 0) + 1;
    const pauseMs = backoffMs(options.backoffMs, Math.max(failures, attempts) - 1, random);
    book.update(task, { failures, notBeforeMs: clock.monotonicMs() + pauseMs });
  }

  async function bidAndWork(entry: TaskEntry & { readonly seen: Seen }): Promise<void> {
    const bidOptions = options.bidOptions();
    if (bidOptions === null) return;
    const recallNow = () => recall(deps, entry, signal);
    const known = await recallNow();
    const bidden = await bid(deps, { ...bidOptions, recall: recallNow }, known, signal);
    const outcome = await settleDoubt(bidden);
    switch (outcome.kind) {
      case 'won':
        return hold(outcome);
      case 'stood-down':
        // A read was stale when we looked after our restart.
        if (isOurs(entry.task, outcome.reading)) return resumeFrom(entry.task, outcome.reading);
        options.onReading(entry.task, outcome.reading);
        return postponeUnlessHeld(entry.task, outcome.reading);
      case 'complete': {
        const { tip, pullRequest } = outcome;
        const { peer, epoch, leaseMs } = tip.record;
        const hold = { peer, epoch, lock: tip.oid, leaseMs };
        await untold.stands(entry.task, { record: tip.record, pullRequest });
        book.update(entry.task, { state: { state: 'done', hold, pullRequest }, rework: null });
        return;
      }
      case 'later':
        trouble.tell(outcome.error, entry.task);
        if (isOurs(entry.task, outcome.reading)) return resumeFrom(entry.task, outcome.reading);
        return postpone(entry.task);
    }
  }

  /** Whoever stood down before nobody bids again later, not at once. */
  function postponeUnlessHeld(task: TaskId, { tip }: TipReading): void {
    if (holdOf(book.get(task)?.state ?? transition.open) !== undefined) return;
    postpone(task);
    // A branch that is known to exist but cannot be read: at last a person has deleted it.
    if (tip.kind !== 'absent' || (book.get(task)?.failures ?? 0) < absencesBelieved) return;
    book.update(task, { blocked: 'the lock branch is gone; reopen the issue to start over' });
  }

  /** A claim without an answer is pushed again, byte for byte, until somebody says where it stands. */
  async function settleDoubt(outcome: BidOutcome): Promise<Exclude<BidOutcome, { kind: 'doubt' }>> {
    if (outcome.kind !== 'doubt') return outcome;
    const { intent, resultTip } = outcome;
    trouble.tell(outcome.error, intent.task);
    for (let failures = 0; ; failures += 1) {
      await sleep(clock, backoffMs(options.backoffMs, failures, random), signal);
      const verdict = await fence.settle(intent, signal);
      if (verdict.kind === 'won') {
        return { kind: 'won', holding: createHolding(deps, intent), resultTip };
      }
      if (verdict.kind === 'lost') return { kind: 'stood-down', reading: verdict.reading };
      if (verdict.kind === 'refused') {
        const error = new BzzzError('fence_refused', verdict.reason);
        return { kind: 'later', error, reading: verdict.reading };
      }
    }
  }

  /** Until the forge answers: what we hold may stand though nobody works on it. */
  function lookPatiently(task: TaskId): Promise<TipReading> {
    const onTrouble = (error: BzzzError) => trouble.tell(error, task);
    const patience = { firstMs: options.backoffMs, signal };
    return patiently({ clock, random, onTrouble }, patience, () => fence.look(task, signal));
  }

  async function resume(task: TaskId): Promise<void> {
    const reading = await lookPatiently(task);
    if (isOurs(task, reading)) return resumeFrom(task, reading);
    options.onReading(task, reading);
    const epoch = reading.tip.kind === 'record' ? reading.tip.record.epoch : undefined;
    if (epoch === undefined) return;
    const reason = 'the fence shows that the task is not ours';
    await chronicle.record({ kind: 'task.ended', task, epoch, state: 'released', reason });
  }

  async function takeUp(task: TaskId): Promise<void> {
    const reading = await lookPatiently(task);
    const { tip } = reading;
    const isHeld = tip.kind === 'record' && tip.record.state === 'held';
    if (isHeld && isOurs(task, reading)) return resumeFrom(task, reading);
    options.onReading(task, reading);
  }

  function resumeFrom(task: TaskId, { tip, result }: TipReading): Promise<void> {
    if (tip.kind !== 'record') throw new BzzzError('task_fenced', `${task} is not ours`);
    return hold({ holding: createHolding(deps, tip), resultTip: result });
  }

  function isOurs(task: TaskId, { tip }: TipReading): boolean {
    return tip.kind === 'record' && fence.owns(task, tip.oid);
  }

  function setRecheck(task: TaskId, recheck: (() => void) | undefined): void {
    const entry = active.get(task);
    if (entry !== undefined) entry.recheck = recheck;
  }

  async function hold(job: DriveJob): Promise<void> {
    const { holding } = job;
    const { task } = holding;
    setRecheck(task, () => undefined);
    deps.epilogue.forget(task);
    untold.forget(task);
    const claim = holding.tip();
    const { epoch, peer, leaseMs } = claim.record;
    const held = { peer, epoch, lock: claim.oid, leaseMs };
    const heardMs = book.get(task)?.updatedAtMs ?? 0;
    book.update(task, { state: { state: 'claimed', hold: held }, failures: 0 });
    options.onChange(task);
    try {
      const end = await driveTask(deps, driveOptions(task), job, signal);
      await finish(holding, end, heardMs);
    } catch (error) {
      if (signal.aborted) await letGo(holding);
      else if (isBzzzError(error, 'task_fenced')) await fenced(holding, error);
      else throw error;
    }
  }

  function driveOptions(task: TaskId): DriveOptions {
    const step = (move: (from: transition.TaskState) => transition.TaskState) => {
      const from = book.get(task)?.state ?? transition.open;
      book.update(task, { state: move(from) });
      options.onChange(task);
    };
    return {
      ...options,
      hooks: {
        onStep: (to) => step((from) => stepTo(from, to)),
        onRecheck: (recheck) => setRecheck(task, recheck),
      },
    };
  }

  async function finish(holding: Holding, end: DriveEnd, heardMs = 0): Promise<void> {
    const { task } = holding;
    const { oid, record } = holding.tip();
    const { peer, epoch, leaseMs } = record;
    const hold = { peer, epoch, lock: oid, leaseMs };
    const { reason } = end;
    if (end.state !== 'released') {
      deps.epilogue.ended(task, { ...end, record });
      // A late write of ours may have replaced the last words while we were still ending.
      deps.epilogue.issueChanged(task);
    }
    const pullRequest = end.state === 'done' ? { pullRequest: end.pullRequest } : {};
    const again = end.state === 'released' ? { again: end.again } : {};
    await chronicle.record(endOf(task, epoch, end.state, reason, { ...pullRequest, ...again }));
    if (end.state === 'done') {
      book.update(task, { state: { state: 'done', hold, pullRequest: end.pullRequest } });
    } else {
      book.update(task, { state: { state: end.state, hold, reason } });
    }
    if (end.state === 'released') putBy(record, end, heardMs);
    // Another machine may do what this one could not.
    if (end.state === 'done' && record.failures !== undefined) postpone(task, record.failures);
  }

  function putBy(
    { task, failures }: LockRecord,
    { again, reason, readMs = 0 }: Extract<DriveEnd, { state: 'released' }>,
    heardMs: number,
  ): void {
    const { wanted = false, updatedAtMs = 0 } = book.get(task) ?? {};
    // While we were letting go, people gave it back: that is not told again.
    const isGivenBack = wanted && readMs > 0 && updatedAtMs > Math.max(readMs, heardMs);
    if (isGivenBack && (again === 'when-seen' || again === 'when-wanted')) return postpone(task);
    switch (again) {
      case 'soon':
        return postpone(task, failures);
      case 'when-seen':
        return void book.update(task, { wanted: false });
      case 'when-wanted':
        return void book.update(task, { wanted: false, blocked: reason });
      case 'when-reopened':
        return void book.update(task, { blocked: reason });
    }
  }

  async function fenced(holding: Holding, error: BzzzError): Promise<void> {
    const { task } = holding;
    const { oid, record } = holding.tip();
    const { peer, epoch, leaseMs } = record;
    const hold = { peer, epoch, lock: oid, leaseMs };
    const reason = `fenced: ${error.reason}`;
    setRecheck(task, undefined);
    book.update(task, { state: { state: 'released', hold, reason } });
    const reading = await lookPatiently(task);
    if (isOurs(task, reading) && record.state === 'held') return giveBack(holding, error.reason);
    await chronicle.record(endOf(task, epoch, 'released', reason));
    options.onReading(task, reading);
  }

  /** The lock is still ours: it was the result branch that a person moved. People win. */
  async function giveBack(holding: Holding, reason: string): Promise<void> {
    const record = await insist(deps, options, holding, signal, () =>
      holding.release(reason, signal),
    );
    if (record.state === 'result') {
      const note = `it was not reworked: ${reason}`;
      const end = await adopt(deps, driveOptions(holding.task), holding, signal, { note });
      return finish(holding, end);
    }
    await deps.visible.released(record, reason, signal);
    await finish(holding, { state: 'released', reason, again: 'when-reopened' });
  }

  /** On stop: a claim that ends by a commit can be taken by others at once. */
  async function letGo(holding: Holding): Promise<void> {
    const { record } = holding.tip();
    if (record.state !== 'held' || graceMsLeft <= 0) return;
    // Given back, its pull request would be a draft that nobody works on: whoever takes over goes on.
    if (record.rework !== undefined) return;
    const grace = new AbortController();
    const cancel = clock.after(graceMsLeft, () => grace.abort(abortError(signal)));
    try {
      const verdict = await holding.release('the peer is stopping', grace.signal);
      if (verdict.kind !== 'won') return;
      await chronicle.record(endOf(record.task, record.epoch, 'released', 'the peer is stopping'));
      const { oid } = holding.tip();
      const { peer, epoch, leaseMs } = record;
      const hold = { peer, epoch, lock: oid, leaseMs };
      book.update(record.task, {
        state: { state: 'released', hold, reason: 'the peer is stopping' },
      });
      options.onChange(record.task);
    } catch (error) {
      // No time left: the claim stands until its lease is out, and the journal knows of it.
      if (!isBzzzError(error)) throw error;
    } finally {
      cancel();
    }
  }

  return {
    free: () => active.size < options.slots() && options.bidOptions() !== null,
    running: () => [...active.values()].filter(({ recheck }) => recheck !== undefined).length,
    active: () => [...active.keys()],
    driving: (task) => active.get(task)?.recheck !== undefined,
    bid: (entry) => occupy(entry.task, () => bidAndWork(entry)),
    resume: (task) => occupy(task, () => resume(task)),
    takeUp: (task) => occupy(task, () => takeUp(task)),
    recheck: (task) => active.get(task)?.recheck?.(),
    async stop(graceMs) {
      graceMsLeft = graceMs;
      stopping.abort(new BzzzError('stopped', 'the peer is stopping'));
      untold.stop();
      await Promise.all([...active.values()].map(({ over }) => over));
    },
  };
}

type Step = Parameters<DriveOptions['hooks']['onStep']>[0];

function stepTo(from: transition.TaskState, to: Step): transition.TaskState {
  if ('running' in to) return transition.running(from, to.running);
  if ('helping' in to) return transition.helping(from, to.helping);
  if ('publishing' in to) return transition.publishing(from, to.publishing);
  return transition.verifying(from, to.verifying);
}

/** Reads that show no lock branch where one is known to be, before a person is believed to have deleted it. */
const absencesBelieved = 3;

function endOf(
  task: TaskId,
  epoch: Epoch,
  state: 'done' | 'failed' | 'released',
  reason: string,
  more: { pullRequest?: number; again?: Again } = {},
): EntryBody {
  const said = reasonOf(reason).slice(0, limits.reasonCharsMax).toWellFormed();
  return { kind: 'task.ended', task, epoch, state, reason: said, ...more };
}
