/**
 * Takes a task that we hold to its end:
 *
 *     look at the issue -> show the claim -> attempt -> look again -> publish -> show the result ->
 *     have others judge it
 *
 * Where the lock says `result` or `failed` already, only what people see is completed. From any
 * point: fenced (somebody holds a higher epoch) -> stop at once; people win -> release.
 */
import {
  BzzzError,
  type HelpId,
  isBzzzError,
  limits,
  type Oid,
  reasonOf,
  taskParts,
} from '@bzzz/protocol';
import type { Holding } from '../fence/holding.ts';
import type { Base, Clock, Forge, Random } from '../ports/index.ts';
import { abortError } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';
import type { Consent } from './consent.ts';
import { type AttemptDeps, type AttemptResult, runAttempt } from './attempt.ts';
import type { BlockersOf } from './blockers.ts';
import { type Briefing, brief, lookAgain } from './briefing.ts';
import {
  adopt,
  complete,
  type CompleteDeps,
  type CompleteOptions,
  type Completed,
} from './complete.ts';
import { forgeWork, insist } from './insist.ts';
import { type Prior, priorResult, unexplainedBranch } from './prior-result.ts';
import { keepAlive } from './keep-alive.ts';
import { createReassert, type Reassert } from './reassert.ts';
import { commitMessage, pullRequestText } from './texts.ts';
import type { Visible } from './visible.ts';

/** A task that was claimed so often, for whatever reason, is left to a person. */
const claimsMax = 12;

/**
 * When a task that was given back may be bid for again: after a pause; when what it says now is seen;
 * when its issue is seen to be wanted; or only when people took it away and gave it back, since they
 * touched its branches.
 */
type Again = 'soon' | 'when-seen' | 'when-wanted' | 'when-reopened';

export type DriveEnd =
  | Completed
  | {
      readonly state: 'released';
      readonly reason: string;
      readonly again: Again;
      /** When the issue had last changed that we read; absent: we read none. */
      readonly readMs?: number;
    };

export interface DriveDeps extends AttemptDeps, Omit<CompleteDeps, 'clock' | 'trouble'> {
  readonly clock: Clock;
  readonly random: Random;
  readonly forge: Forge;
  readonly trouble: Trouble;
  readonly visible: Visible;
  readonly blockersOf: BlockersOf;
  readonly consent: Consent;
}

export interface DriveOptions extends CompleteOptions {
  /** A task that was attempted so often, anywhere, is left to a person. */
  readonly attemptsMax: number;
  readonly hooks: {
    /** Told each step, for `status`. */
    readonly onStep: (
      step: { running: number } | { helping: HelpId } | { publishing: Oid } | { verifying: number },
    ) => void;
    /** Handed a function that makes the drive look at its issue now. */
    readonly onRecheck: (recheck: () => void) => void;
  };
}

export interface DriveJob {
  readonly holding: Holding;
  /** Tip of the result branch when the task was claimed. */
  readonly resultTip: Oid | null;
  /** Unfinished work that an earlier attempt pushed, in the words of this one. */
  readonly work: Oid | null;
}

/**
 * Throws `task_fenced` when somebody else holds the task now, and the signal's error on abort; in
 * both cases nothing more was written to the forge.
 */
export async function driveTask(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { record } = job.holding.tip();
  switch (record.state) {
    case 'held':
      return work(deps, options, job, signal);
    case 'result':
      return adopt(deps, options, job.holding, signal);
    case 'failed':
      await deps.visible.failed(record, record.reason, signal);
      return { state: 'failed', reason: record.reason };
    case 'released':
      // Given back by an earlier run, or before a bid that was refused: free for whoever bids.
      return { state: 'released', reason: record.reason, again: 'soon' };
  }
}

/** Says with a release which state of the issue it goes by: until all is said, people may have gone on. */
async function work(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  signal: AbortSignal,
): Promise<DriveEnd> {
  let readMs = 0;
  const readIssue: DriveDeps['forge']['readIssue'] = async (...which) => {
    const issue = await deps.forge.readIssue(...which);
    readMs = Math.max(readMs, issue.updatedAtMs);
    return issue;
  };
  const end = await workOn({ ...deps, forge: { ...deps.forge, readIssue } }, options, job, signal);
  return end.state === 'released' ? { ...end, readMs } : end;
}

async function workOn(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { holding } = job;
  const { record } = holding.tip();
  if (record.attempt > claimsMax) {
    const reason = `claimed ${claimsMax} times without an end: whoever works on it goes away`;
    return fail(deps, options, job, reason, signal);
  }
  let known: Briefing | undefined;
  let shown: Reassert | undefined;
  const look = async (until: AbortSignal) => {
    if (known === undefined) return;
    const { updatedAtMs } = await lookAgain(deps, record, known.policy, until);
    shown?.saw(updatedAtMs, until);
  };
  const alive = keepAlive({ ...deps, look }, holding, signal);
  options.hooks.onRecheck(alive.recheck);
  try {
    const briefing = await forgeWork(deps, options, record, alive.signal, () =>
      brief(deps, record, alive.signal),
    );
    known = briefing;
    const prior = await forgeWork(deps, options, record, alive.signal, () =>
      priorResult(deps, record, job.resultTip, alive.signal),
    );
    if (prior.kind !== 'none') {
      alive.stop();
      const { verdicts } = briefing.policy;
      return await settlePrior(deps, options, job, { prior, verdicts }, signal);
    }
    await deps.visible.claimed(record, alive.signal);
    shown = createReassert(deps, record, briefing.issue.updatedAtMs);
    options.hooks.onStep({ running: record.attempt });
    const message = commitMessage(briefing.issue, briefing.plan, record, options.peerName);
    const start = await forgeWork(deps, options, record, alive.signal, () =>
      startOf(deps, job, briefing, alive.signal),
    );
    const checkpoint = (oid: Oid, until: AbortSignal) => pushWork(deps, job, oid, until);
    const onAsking = (id: HelpId | null) =>
      options.hooks.onStep(id === null ? { running: record.attempt } : { helping: id });
    const attempt = { record, ...briefing, ...start, message, checkpoint, onAsking };
    const outcome = await runAttempt(deps, attempt, alive.signal);
    alive.stop();
    if (outcome.kind === 'failed') {
      // Those who could try it next were asked already.
      if (outcome.stuck) return await fail(deps, options, job, outcome.reason, signal);
      return await retryOrFail(deps, options, job, outcome.reason, signal);
    }
    return await publish(deps, options, job, briefing, outcome.value, signal);
  } catch (error) {
    alive.stop();
    // Ports only say that they were cut short; the signal knows why.
    const cause = alive.signal.aborted ? abortError(alive.signal) : error;
    return await giveUp(deps, options, job, cause, signal);
  }
}

/** What an earlier claim left is not done again: people see it, or a person is asked about it. */
function settlePrior(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  { prior, verdicts }: { prior: Exclude<Prior, { kind: 'none' }>; verdicts: number },
  signal: AbortSignal,
): Promise<DriveEnd> {
  if (prior.kind === 'pull-request') {
    return refence(deps, options, job, { oid: prior.result, verdicts }, signal);
  }
  const back = { reason: unexplainedBranch, again: 'when-reopened' as const };
  return release(deps, options, job, back, signal);
}

/** Where the attempt begins: at the work that was pushed before, if the policy says so, or anew. */
async function startOf(
  deps: DriveDeps,
  { work, holding }: DriveJob,
  { base, policy }: Briefing,
  signal: AbortSignal,
): Promise<{ base: Base; from: Oid | null }> {
  const anew = { base, from: null };
  if (work === null || policy.checkpointMs === undefined) return anew;
  const { repo } = taskParts(holding.task);
  const beneath = await deps.forge.readWork(repo, work, base, { signal });
  return beneath === null ? anew : { base: beneath, from: work };
}

/** Who was fenced learns it at the next renewal. */
async function pushWork(
  deps: DriveDeps,
  { holding, resultTip }: DriveJob,
  oid: Oid,
  signal: AbortSignal,
): Promise<void> {
  const verdict = await holding.checkpoint({ over: resultTip, oid }, signal);
  if (verdict.kind === 'won') return;
  const code = verdict.kind === 'unknown' ? 'forge_unreachable' : 'fence_refused';
  deps.trouble.tell(new BzzzError(code, verdict.reason), holding.task);
}

/**
 * What the forge will not take at all, as a secret that it finds where we found none, must not keep a
 * slot for ever: after so many refusals, some minutes apart, the attempt has failed.
 */
const refusalsMax = 8;

/** Looks at the issue once more, then pushes lock and result together, until that is settled. */
async function publish(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  briefing: Briefing,
  result: AttemptResult,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { holding, resultTip } = job;
  const { policy, issue, plan } = briefing;
  options.hooks.onStep({ publishing: result.result });
  const patience = { ...options, refusalsMax };
  const record = await insist(deps, patience, holding, signal, async () => {
    const claim = holding.tip().record;
    await forgeWork(deps, options, claim, signal, () => lookAgain(deps, claim, policy, signal));
    const { verdicts } = policy;
    return holding.publish({ over: resultTip, oid: result.result, verdicts }, signal);
  });
  const text = pullRequestText(issue, plan, record, options.peerName, result);
  return complete(deps, options, holding, text, signal);
}

/** A result exists from before the lock branch was lost: the lock says so again, nothing is redone. */
async function refence(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  result: { oid: Oid; verdicts: number },
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { holding } = job;
  await insist(deps, options, holding, signal, () => holding.adopt(result, signal));
  return adopt(deps, options, holding, signal);
}

async function fail(
  deps: DriveDeps,
  options: DriveOptions,
  { holding }: DriveJob,
  reason: string,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const record = await insist(deps, options, holding, signal, () => holding.fail(reason, signal));
  await deps.visible.failed(record, reason, signal);
  return { state: 'failed', reason: short(reason) };
}

/** Work that was cut short: decides by the error who has to let go of what. */
async function giveUp(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  thrown: unknown,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { holding } = job;
  if (signal.aborted) throw abortError(signal);
  if (isBzzzError(thrown, 'task_fenced')) throw thrown;
  // A defect of ours must not leave the task held by nobody.
  const error = isBzzzError(thrown)
    ? thrown
    : new BzzzError('defect', reasonOf(thrown), { cause: thrown });
  const { record } = holding.tip();
  if (record.state === 'result') return adopt(deps, options, job.holding, signal);
  if (error.code === 'task_refused' || error.code === 'task_edited') {
    const again = error.code === 'task_edited' ? ('when-seen' as const) : ('when-wanted' as const);
    return release(deps, options, job, { reason: error.reason, again }, signal);
  }
  deps.trouble.tell(error, record.task);
  return retryOrFail(deps, options, job, error.reason, signal);
}

/**
 * An attempt that failed on one machine may succeed on another, which finds the task free before the
 * one that failed tries again. What failed often enough, anywhere, is left to a person.
 */
function retryOrFail(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  reason: string,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { failures = 0 } = job.holding.tip().record;
  return failures + 1 < options.attemptsMax
    ? release(deps, options, job, { reason, again: 'soon', failed: true }, signal)
    : fail(deps, options, job, reason, signal);
}

interface GivenBack {
  readonly reason: string;
  readonly again: Again;
  /** The attempt failed: it counts, and nobody is to go on from what was done. */
  readonly failed?: boolean;
}

async function release(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  { reason, again, failed = false }: GivenBack,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { holding } = job;
  const record = await insist(deps, options, holding, signal, () =>
    holding.release(reason, signal, failed),
  );
  if (record.state === 'result') return adopt(deps, options, job.holding, signal);
  await deps.visible.released(record, reason, signal);
  return { state: 'released', reason: short(reason), again };
}

function short(text: string): string {
  return text.slice(0, limits.reasonCharsMax).toWellFormed();
}
