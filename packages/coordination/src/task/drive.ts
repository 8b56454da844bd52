/**
 * Takes a task that we hold to its end:
 *
 *     look at the issue -> show the claim -> attempt -> look again -> publish -> show the result ->
 *     have others judge it
 *
 * Where the lock says `result` or `failed` already, only what people see is completed. From any
 * point: fenced (somebody holds a higher epoch) -> stop at once; people win -> release.
 */
import { BzzzError, type HelpId, type Oid, taskParts } from '@bzzz/protocol';
import type { Base } from '../ports/index.ts';
import { abortError } from '../support/sleep.ts';
import { runAttempt } from './attempt.ts';
import { type Briefing, brief, lookAgain } from './briefing.ts';
import type { DriveDeps, DriveEnd, DriveJob, DriveOptions, Working } from './driving.ts';
import { fail, giveUp, publish, refence, release, retryOrFail } from './endings.ts';
import type { Adopted } from '../fence/holding.ts';
import { forgeWork } from './insist.ts';
import { keepAlive } from './keep-alive.ts';
import { type Prior, priorResult, unexplainedBranch } from './prior-result.ts';
import { createReassert, type Reassert } from './reassert.ts';
import { revisionOf } from './revision.ts';
import { readRework, type Rework } from './rework.ts';
import { asItStands } from './standing.ts';
import { commitMessage } from './texts.ts';

/** A task that was claimed so often, for whatever reason, is left to a person. */
const claimsMax = 12;

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
  return record.state === 'held'
    ? work(deps, options, job, signal)
    : asItStands(deps, options, job, record, signal);
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
  given: DriveJob,
  signal: AbortSignal,
): Promise<DriveEnd> {
  let job: Working = given;
  const { holding } = job;
  const { record } = holding.tip();
  if (record.attempt > claimsMax) {
    const reason = `claimed ${claimsMax} times without an end: whoever works on it goes away`;
    // What asks for it must count as heard, or it would begin all over again.
    const rules = { isRecipe: false, retriedAtMs: null };
    const rework = await forgeWork(deps, options, record, signal, () =>
      readRework(deps.forge, record, rules, signal),
    );
    return fail(deps, options, { ...job, rework }, reason, signal);
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
      before(deps, given, briefing, alive.signal),
    );
    const { record: standing } = holding.tip();
    if (standing.state !== 'held') {
      // What an earlier run of ours had sent has arrived only now, and was an end.
      alive.stop();
      return await asItStands(deps, options, given, standing, signal);
    }
    if (prior.kind !== 'none' && prior.kind !== 'rework') {
      alive.stop();
      const { verdicts } = briefing.policy;
      const heard = { heardMs: briefing.issue.updatedAtMs, heardCount: 0 };
      return await settlePrior(deps, options, job, { prior, verdicts, heard }, signal);
    }
    if (prior.kind === 'rework') {
      job = { ...given, rework: prior.rework };
      await deps.visible.draft(record, prior.rework.pullRequest, alive.signal);
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

type Before =
  | Prior
  | { readonly kind: 'rework'; readonly rework: Rework }
  | { readonly kind: 'answered' };

/** What stands of the task already: what an earlier claim left, or a result that is to be reworked. */
async function before(
  deps: DriveDeps,
  { holding, resultTip }: DriveJob,
  { plan, retriedAtMs }: Briefing,
  signal: AbortSignal,
): Promise<Before> {
  const { record } = holding.tip();
  if (record.state !== 'held' || record.rework === undefined) {
    return priorResult(deps, holding, resultTip, signal);
  }
  const isRecipe = plan.job.kind === 'recipe';
  const rework = await readRework(deps.forge, record, { isRecipe, retriedAtMs }, signal);
  return rework === undefined ? { kind: 'answered' } : { kind: 'rework', rework };
}

/** What an earlier claim left is not done again: people see it, or a person is asked about it. */
function settlePrior(
  deps: DriveDeps,
  options: DriveOptions,
  job: DriveJob,
  {
    prior,
    ...more
  }: Omit<Adopted, 'oid'> & { readonly prior: Exclude<Before, { kind: 'none' | 'rework' }> },
  signal: AbortSignal,
): Promise<DriveEnd> {
  if (prior.kind === 'answered') {
    const reason = 'nobody asks for more work on it any more';
    return release(deps, options, job, { reason, again: 'soon' }, signal);
  }
  if (prior.kind === 'pull-request') {
    return refence(deps, options, job, { oid: prior.result, ...more }, signal);
  }
  const back = { reason: unexplainedBranch, again: 'when-reopened' as const };
  return release(deps, options, job, back, signal);
}

/**
 * Where the attempt begins: at a result, at the work that was pushed before, if the policy says so, or anew.
 * The lock tells of that work, as it stands now: what an earlier run of ours pushed may have arrived since.
 */
async function startOf(
  deps: DriveDeps,
  { holding, rework }: Working,
  briefing: Briefing,
  signal: AbortSignal,
): Promise<{ base: Base; from: Oid | null }> {
  const { base, policy } = briefing;
  if (rework !== undefined) {
    return revisionOf(deps, briefing, rework, { task: holding.task, signal });
  }
  const anew = { base, from: null };
  const { record } = holding.tip();
  const work = record.state === 'held' ? record.work : undefined;
  if (work === undefined || policy.checkpointMs === undefined) return anew;
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
