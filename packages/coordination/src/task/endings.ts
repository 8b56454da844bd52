/**
 * How an attempt on a task that we hold ends on the fence and for people: published, given back, failed.
 * A result that was to be reworked stands again where no other took its place.
 */
import {
  type Again,
  BzzzError,
  explainedResult,
  isBzzzError,
  limits,
  type LockRecord,
  type Oid,
  type Policy,
  reasonOf,
  taskParts,
} from '@bzzz/protocol';
import type { Heard } from '../fence/commit.ts';
import type { Adopted, Asked, Holding } from '../fence/holding.ts';
import { maskedError } from '../output/mask.ts';
import { abortError } from '../support/sleep.ts';
import type { AttemptResult } from './attempt.ts';
import { type Briefing, lookAgain } from './briefing.ts';
import { adopt, complete } from './complete.ts';
import type { DriveDeps, DriveEnd, DriveJob, DriveOptions, Working } from './driving.ts';
import { forgeWork, insist } from './insist.ts';
import { answersMax, isInPeoplesHands, reviewScope, type Rework } from './rework.ts';
import { asItStands } from './standing.ts';
import { pullRequestText } from './texts.ts';

/**
 * What the forge will not take at all, as a secret that it finds where we found none, must not keep a
 * slot for ever: after so many refusals, some minutes apart, the attempt has failed.
 */
const refusalsMax = 8;

/** Looks at the issue once more, then pushes lock and result together, until that is settled. */
export async function publish(
  deps: DriveDeps,
  options: DriveOptions,
  job: Working,
  briefing: Briefing,
  result: AttemptResult,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { holding, resultTip, rework } = job;
  const { policy } = briefing;
  const { result: oid } = result;
  options.hooks.onStep({ publishing: result.result });
  const patience = { ...options, refusalsMax };
  const record = await insist(deps, patience, holding, signal, async () => {
    const claim = holding.tip().record;
    await forgeWork(deps, options, claim, signal, async () => {
      await lookAgain(deps, claim, policy, signal);
      if (rework !== undefined) await assertStands(deps, claim, { ...rework, oid, policy }, signal);
    });
    const verdicts = verdictsFor(policy, result);
    const { provenBy: prover } = result;
    const answers = answersOf(briefing, rework);
    const publishing = { over: resultTip, oid, verdicts, prover, answers };
    return holding.publish(publishing, signal);
  });
  const text = pullRequestText(briefing, record, options.peerName, result);
  if (rework === undefined) return complete(deps, options, holding, text, signal);
  // A call that the draft be made ready may have been late, and have come before this commit.
  await deps.visible.draft(record, rework.pullRequest, signal);
  const { answers = 0 } = record.state === 'result' ? record : {};
  const note =
    answers < answersMax ? undefined : 'further remarks wait for `/bzzz retry` on the issue';
  return adopt(deps, options, holding, signal, { text, before: rework.result, note });
}

/** What its author could not try one peer more must have tried than the policy asks for, where that asks nobody. */
function verdictsFor({ verdicts }: Policy, { provenBy }: AttemptResult): number {
  return provenBy === undefined ? verdicts : Math.max(1, verdicts);
}

/** Which words of people the result answers. */
function answersOf({ issue }: Briefing, rework: Rework | undefined): Heard & { asked: Asked } {
  if (rework === undefined) return { heardMs: issue.updatedAtMs, heardCount: 0, asked: 'other' };
  const { heardMs, heardCount, cause, isRetried } = rework;
  const words = cause === 'remarks' ? 'words' : 'other';
  return { heardMs, heardCount, asked: isRetried ? 'retry' : words };
}

/**
 * People may have closed the pull request, pushed to it, or said stop, while it was reworked. `oid`: what we
 * publish, perhaps with effect already.
 */
async function assertStands(
  { forge }: DriveDeps,
  { task }: LockRecord,
  { oid, policy, ...rework }: Rework & { readonly oid: Oid; readonly policy: Policy },
  signal: AbortSignal,
): Promise<void> {
  const { repo } = taskParts(task);
  const { pullRequest, result } = rework;
  const scope = reviewScope(rework, policy.authors);
  const review = await forge.readReview(repo, pullRequest, { ...scope, signal });
  const isIt = review.head === result || review.head === oid;
  if (isIt && review.state === 'open' && !isInPeoplesHands(review, policy)) return;
  throw new BzzzError('task_refused', 'its pull request is in the hands of people');
}

/** A result exists from before the lock branch was lost: the lock says so again, nothing is redone. */
export async function refence(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  result: Adopted,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { holding } = job;
  await insist(deps, options, holding, signal, () => holding.adopt(result, signal));
  return adopt(deps, options, holding, signal);
}

export async function fail(
  deps: DriveDeps,
  options: DriveOptions,
  { holding, rework }: Working,
  reason: string,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const claim = holding.tip().record;
  const record = await insist(deps, options, holding, signal, () =>
    holding.fail(reason, signal, rework),
  );
  if (record.state === 'result') return goBack(deps, options, holding, { claim, reason }, signal);
  await deps.visible.failed(record, reason, signal);
  return { state: 'failed', reason: short(reason) };
}

/** Work that was cut short: decides by the error who has to let go of what. */
export async function giveUp(
  deps: DriveDeps,
  options: DriveOptions,
  job: Working,
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
  if (record.state !== 'held') return asItStands(deps, options, job, record, signal);
  if (error.code === 'task_refused' || error.code === 'task_edited') {
    const again = error.code === 'task_edited' ? ('when-seen' as const) : ('when-wanted' as const);
    return release(deps, options, job, { reason: error.reason, again }, signal);
  }
  const told = await maskedError(deps, error);
  deps.trouble.tell(told, record.task);
  // Nothing at all can be done on this machine, which says nothing of the task: whoever can takes it.
  if (error.code === 'sandbox_missing') {
    return release(deps, options, job, { reason: told.reason, again: 'soon' }, signal);
  }
  return retryOrFail(deps, options, job, told.reason, signal);
}

/**
 * An attempt that failed on one machine may succeed on another, which finds the task free before the
 * one that failed tries again. What failed often enough, anywhere, is left to a person.
 */
export function retryOrFail(
  deps: DriveDeps,
  options: DriveOptions,
  job: Working,
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

export async function release(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  { reason, again, failed = false }: GivenBack,
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { holding } = job;
  const claim = holding.tip().record;
  const record = await insist(deps, options, holding, signal, () =>
    holding.release(reason, signal, failed),
  );
  if (record.state === 'result') return goBack(deps, options, holding, { claim, reason }, signal);
  await deps.visible.released(record, reason, signal);
  return { state: 'released', reason: short(reason), again };
}

/** The result stands as before, or a publication that nobody saw took effect; people see which. */
function goBack(
  deps: DriveDeps,
  options: DriveOptions,
  holding: Holding,
  { claim, reason }: { claim: LockRecord; reason: string },
  signal: AbortSignal,
): Promise<DriveEnd> {
  const { record } = holding.tip();
  const isBack = claim.state === 'held' && explainedResult(record) === claim.rework;
  const note = isBack ? `it was not reworked: ${short(reason)}` : undefined;
  return adopt(deps, options, holding, signal, { note });
}

function short(text: string): string {
  return text.slice(0, limits.reasonCharsMax).toWellFormed();
}
