/**
 * One execution under one epoch: workspace, executor, checks, acceptance. Ends with a result that
 * may be published or with the reason why not; knows nothing of claims.
 */
import {
  isBzzzError,
  type Issue,
  judgeGlobs,
  limits as bounds,
  type LockRecord,
  type Oid,
  type Policy,
  reasonOf,
  type Spent,
} from '@bzzz/protocol';
import type { Asking, Requests, Stuck } from '../help/ask.ts';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type {
  Acceptance,
  Base,
  Clock,
  CommandReport,
  ExecutorReport,
  Executors,
  PromptSource,
  Workspace,
  Workspaces,
} from '../ports/index.ts';
import type { Rests } from '../pause/pause.ts';
import { abortError } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';
import { agentsObjection, type Objection, refusalText } from './checks.ts';
import { type CheckpointJob, startCheckpoints } from './checkpoints.ts';
import { type Execution, executionOf } from './execution.ts';
import { type Patience, startPatience } from './patience.ts';
import type { Mask, Printed, Printing } from '../output/printed.ts';
import { type NewTests, refusalOf, toldOf, tryNewTests } from './new-tests.ts';
import type { Plan } from './plan.ts';
import { unrevised } from './revision.ts';
import { createReins } from './reins.ts';
import { sourcesOf } from './rights.ts';
import { changeIn } from './roles/words.ts';
import type { StepHooks } from './roles/work.ts';
import { setupOf } from './setup.ts';

export interface AttemptResult {
  readonly base: Oid;
  readonly result: Oid;
  readonly commits: number;
  readonly acceptance: Acceptance;
  readonly newTests: NewTests;
  /** Null: no model was asked. */
  readonly spent: Spent | null;
  readonly elapsedMs: number;
}

export type AttemptOutcome =
  | { readonly kind: 'accepted'; readonly value: AttemptResult }
  | {
      readonly kind: 'failed';
      readonly reason: string;
      /** Others were asked for help, and it did not get the work any further. */
      readonly stuck: boolean;
      readonly elapsedMs: number;
    };

export interface AttemptDeps {
  readonly clock: Clock;
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly trouble: Trouble;
  readonly workspaces: Workspaces;
  readonly executors: Executors;
  readonly asking: Pick<Asking, 'requestsOf'>;
  /** Absent: attempts never rest. */
  readonly rest?: Pick<Rests, 'of'>;
  /** Absent: nobody can watch it. */
  readonly printed?: Pick<Printed, 'begin'>;
  /** For what programs said as they failed, since everybody may read that. Absent: it is told as it is. */
  readonly mask?: Mask;
}

export interface AttemptJob {
  readonly record: LockRecord;
  readonly plan: Plan;
  readonly policy: Policy;
  readonly issue: Pick<Issue, 'labels'>;
  readonly base: Base;
  /** Unfinished work to go on from; it stands on `base`. */
  readonly from: Oid | null;
  /** The work to go on from is not enough by itself; these of its files hold both sides of a conflict. */
  readonly revise?: { readonly conflicts: readonly string[] } | undefined;
  /** Message of the result's commit. */
  readonly message: string;
  /** Pushes unfinished work. */
  readonly checkpoint: CheckpointJob['push'];
  /** Told the id of a request for help while it is under way, and null after. */
  readonly onAsking: Stuck['onAsking'];
}

/**
 * Journals start and end. Throws `timeout` and `attempt_stalled` beyond the policy's limits, the
 * signal's error on abort, and what the ports throw.
 */
export async function runAttempt(
  deps: AttemptDeps,
  job: AttemptJob,
  signal: AbortSignal,
): Promise<AttemptOutcome> {
  const { task, epoch, attempt } = job.record;
  const head = { task, epoch, attempt };
  const startedMs = deps.clock.monotonicMs();
  const end = async (outcome: 'accepted' | 'failed' | 'cancelled', reason: string, more = {}) => {
    const elapsedMs = deps.clock.monotonicMs() - startedMs;
    const said = reason.slice(0, bounds.reasonCharsMax).toWellFormed();
    const body = { kind: 'attempt.ended' as const, ...head, outcome, reason: said, elapsedMs };
    await deps.chronicle.record({ ...body, commits: 0, ...more });
    return elapsedMs;
  };
  // Who left unfinished work may have been helped with it.
  const beside = job.from === null ? [] : (['peer'] as const);
  const execution = executionOf(deps.executors, job.plan, beside);
  const executor = execution?.executor ?? job.plan.needs.executors.join(' or ');
  const base = job.base.oid;
  const taskKind = job.plan.kind;
  const began = { kind: 'attempt.started' as const, ...head, base, taskKind };
  const from = job.from === null ? {} : { from: job.from };
  await deps.chronicle.record({ ...began, executor, ...from });
  const printing = deps.printed?.begin({ ...head, executor });
  const rest = deps.rest?.of(task);
  const patience = startPatience({ ...deps, rest }, job.policy.limits, 'the attempt', signal);
  try {
    const outcome = await inWorkspace(deps, job, { execution, patience, printing }).catch(
      failedSetup,
    );
    const spent = outcome.spent === null ? {} : { spent: outcome.spent };
    const told = toldOf(outcome.newTests ?? { kind: 'none' });
    if ('reason' in outcome) {
      const { stuck, code } = outcome;
      const reason = deps.mask === undefined ? outcome.reason : await deps.mask(outcome.reason);
      const elapsedMs = await end('failed', reason, { ...(code && { code }), ...spent, ...told });
      return { kind: 'failed', reason, stuck, elapsedMs };
    }
    const { result, commits } = outcome;
    const elapsedMs = await end('accepted', '', { result, commits, ...spent, ...told });
    return { kind: 'accepted', value: { ...outcome, elapsedMs } };
  } catch (error) {
    const cause = patience.signal.aborted ? abortError(patience.signal) : error;
    const code = isBzzzError(cause) ? cause.code : 'defect';
    const spent = patience.spent();
    const why = reasonOf(cause);
    const said = deps.mask === undefined ? why : await deps.mask(why);
    await end('cancelled', said, { code, ...(spent && { spent }) });
    throw cause;
  } finally {
    patience.end();
    printing?.end();
  }
}

interface Course {
  readonly execution: Execution | undefined;
  readonly patience: Patience;
  readonly printing: Printing | undefined;
}

type Worked = Omit<AttemptResult, 'elapsedMs'> | (Refused & { readonly stuck: boolean });

interface Refused {
  readonly reason: string;
  readonly spent: Spent | null;
  readonly newTests?: NewTests;
  /** Of what the result may not hold. */
  readonly code?: Objection['code'];
}

async function inWorkspace(
  deps: AttemptDeps,
  job: AttemptJob,
  { execution, patience, printing }: Course,
): Promise<Worked> {
  const { signal } = patience;
  const { task, epoch } = job.record;
  const from = job.from ?? undefined;
  const at = { task, epoch, base: job.base, from, setup: setupOf(job.policy) };
  const workspace = await deps.workspaces.create(at, { signal });
  const asked = deps.asking.requestsOf({ ...job, workspace }, signal);
  const requests = { ...asked, ask: patience.asking(asked.ask) };
  const helpers = () => (asked.wasHeard() ? (['peer'] as const) : []);
  try {
    const does = execution ?? byOthers(job, requests);
    const work = { workspace, execution: does, requests, helpers };
    const outcome = await workIn(deps, work, job, { patience, printing });
    if (!('reason' in outcome)) return outcome;
    const stuck = requests.exhausted();
    const tried = stuck ? requests.tried().map(({ peer, reason }) => `- ${peer}: ${reason}`) : [];
    return {
      ...outcome,
      reason: [outcome.reason, ...(tried.length === 0 ? [] : ['asked for help:', ...tried])].join(
        '\n',
      ),
      stuck,
    };
  } finally {
    await workspace.dispose();
  }
}

/** Another machine may reach what this one did not, so it is a failed attempt like any other. */
function failedSetup(error: unknown): Worked {
  if (isBzzzError(error, 'setup_failed'))
    return { reason: error.reason, stuck: false, spent: null };
  throw error;
}

/** What this machine cannot do any more, perhaps since it was claimed, another does for it. */
function byOthers({ plan }: AttemptJob, { ask }: Requests): Work['execution'] {
  const wanted = plan.needs.executors.join(' or ');
  return {
    who: 'another peer',
    async run(_where, options) {
      const { helped, text } = await ask('', options);
      const reason = helped ? text : `this peer has no executor "${wanted}" now, and ${text}`;
      return { succeeded: helped, reason, commands: [] };
    },
  };
}

interface Work {
  readonly workspace: Workspace;
  readonly execution: Pick<Execution, 'who' | 'run'>;
  readonly requests: Requests;
  /** Who beside has a part in the work by now. */
  readonly helpers: () => readonly PromptSource[];
}

/** A result, or the reason why there is none. */
async function workIn(
  deps: AttemptDeps,
  { workspace, execution, requests, helpers }: Work,
  job: AttemptJob,
  { patience, printing }: Pick<Course, 'patience' | 'printing'>,
): Promise<Omit<AttemptResult, 'elapsedMs'> | Refused> {
  const { plan, policy, base } = job;
  const { signal } = patience;
  const { who } = execution;
  const { limits } = policy;
  const sources = () => [...sourcesOf(plan.job), ...helpers()];
  const reins = createReins(deps, { policy, base, from: job.from, sources });
  const onTrouble = (error: unknown) => deps.trouble.tell(error, job.record.task);
  const checkpoints = { policy, reins, message: job.message, push: job.checkpoint, onTrouble };
  const endCheckpoints = startCheckpoints(deps, workspace, checkpoints, signal);
  const watched = printing && { onPrinted: printing.add };
  let report: ExecutorReport;
  try {
    const recall = { task: job.record.task, keeps: true };
    const where = { path: workspace.path, limits, help: requests.ask, recall, ...watched };
    report = await patience.listen(who, (hooks) =>
      execution.run({ ...where, ...hooks }, { signal }, stepHooks(deps, job, workspace, signal)),
    );
  } finally {
    await endCheckpoints();
  }
  const spent = report.spent ?? null;
  const refused = (reason: string) => ({ reason, spent });
  if (!report.succeeded) return refused(whyNot(`${who} failed`, report));
  const collected = await workspace.collect(job.message, { signal });
  if (collected === null) return refused(`${who} changed nothing`);
  const objection = await reins.objectionTo(collected, signal);
  if (objection !== undefined) {
    return { ...refused(refusalText(objection)), code: objection.code };
  }
  const { result } = collected;
  const unchanged = await unrevised(deps, job, result, signal);
  if (unchanged !== undefined) return refused(`${who} ${unchanged}`);
  const judge = judgeGlobs(policy);
  const proof = { base, result, judge, commands: plan.accept, limits, setup: setupOf(policy) };
  const rest = deps.rest?.of(job.record.task);
  const options = { signal, ...(rest && { rest }), ...watched };
  const acceptance = await deps.workspaces.accept(proof, options);
  if (!acceptance.passed) {
    return refused(failureOf(acceptance));
  }
  const tried = { ...job, collected, job: proof, acceptance };
  const newTests = await tryNewTests(deps, tried, options);
  if (newTests.kind === 'refused') {
    return { ...refused(refusalOf(newTests, policy)), newTests };
  }
  return {
    base: base.oid,
    result,
    commits: collected.commits.length,
    acceptance,
    newTests,
    spent,
  };
}

/** Of an attempt with several steps: what its critic sees, and how each is journalled. */
function stepHooks(
  { clock, chronicle, workspaces }: AttemptDeps,
  { record, base, message }: AttemptJob,
  workspace: Workspace,
  signal: AbortSignal,
): StepHooks {
  const { task, epoch, attempt } = record;
  let sinceMs = clock.monotonicMs();
  return {
    between: () => agentsObjection(workspace, signal),
    change: () => changeIn(workspaces, { workspace, base, message }, signal),
    async onStep(told) {
      const elapsedMs = clock.monotonicMs() - sinceMs;
      sinceMs = clock.monotonicMs();
      await chronicle.record({ kind: 'attempt.step', task, epoch, attempt, ...told, elapsedMs });
    },
  };
}

/** Whoever tries next must not look for the fault in files that were not there. */
function failureOf({ commands, judgeFilesChanged }: Acceptance): string {
  const failure = describe('the acceptance failed', commands.at(-1));
  if (judgeFilesChanged.length === 0) return failure;
  const more = judgeFilesChanged.length - judgeFilesShownMax;
  return [
    failure,
    'Of these files, which judge a result, it ran with those of the base branch; settings that the base branch has not were left out:',
    ...judgeFilesChanged.slice(0, judgeFilesShownMax).map((path) => `- ${path}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
  ].join('\n');
}

const judgeFilesShownMax = 10;

function whyNot(what: string, report: ExecutorReport): string {
  return describe(`${what}: ${report.reason}`, report.commands.at(-1));
}

function describe(what: string, last: CommandReport | undefined): string {
  if (last === undefined) return what;
  const exit = last.exitCode === null ? 'was ended' : `exit ${last.exitCode}`;
  return `${what}\n$ ${last.argv.join(' ')} (${exit})\n${last.outputTail}`;
}
