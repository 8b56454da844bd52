/**
 * One execution under one epoch: workspace, executor, checks, acceptance. Ends with a result that
 * may be published or with the reason why not; knows nothing of claims.
 */
import {
  isBzzzError,
  type Issue,
  judgeGlobs,
  type Lack,
  limits as bounds,
  type LockRecord,
  type Oid,
  type PeerId,
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
import {
  acceptanceOf,
  acceptedElsewhere,
  doneElsewhere,
  lackHere,
  workspaceFor,
} from './elsewhere.ts';
import { type Execution, executionOf } from './execution.ts';
import { type Patience, startPatience } from './patience.ts';
import { masked, type Masking } from '../output/mask.ts';
import type { Printed, Printing } from '../output/printed.ts';
import { type NewTests, refusalOf, toldOf, tryNewTests } from './new-tests.ts';
import { lackNamed, lackText } from './lack.ts';
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
  /** Who ran the acceptance, where it cannot be run on this machine. */
  readonly provenBy?: PeerId;
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

export interface AttemptDeps extends Masking {
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
      const reason = await masked(deps, outcome.reason);
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
    await end('cancelled', await masked(deps, reasonOf(cause)), { code, ...(spent && { spent }) });
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
  const { workspace, lacks } = await workspaceFor(deps.workspaces, at, signal);
  const asked = deps.asking.requestsOf({ ...job, workspace }, signal);
  const requests = { ...asked, ask: patience.asking(asked.ask) };
  const helpers = () => (asked.wasHeard() ? (['peer'] as const) : []);
  try {
    const able = lacks === undefined ? execution : undefined;
    const does = able ?? byOthers(requests, lacks ?? executorsOf(job.plan));
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
function byOthers({ ask }: Requests, lacks: Lack): Work['execution'] {
  return {
    who: 'another peer',
    async run(_where, options) {
      const { helped, text } = await ask('', { ...options, lacks });
      const reason = helped ? text : `${lackText(lacks)}, and ${text}`;
      return { succeeded: helped, reason, commands: [] };
    },
  };
}

function executorsOf({ needs }: Plan): Lack {
  return lackNamed('executor', needs.executors.join(' or '));
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
  report = await doneElsewhere(report, plan.job, requests, signal);
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
  const acceptance = await acceptanceOf(deps.workspaces, proof, options);
  const made = { base: base.oid, result, commits: collected.commits.length, spent };
  if (!acceptance.passed) {
    const lacks = await lackHere(deps.workspaces, proof, acceptance, options);
    const proven = lacks && (await acceptedElsewhere(acceptance, requests, base.oid, signal));
    if (typeof proven === 'object') return { ...made, ...proven };
    return refused([failureOf(acceptance), ...(proven === undefined ? [] : [proven])].join('\n'));
  }
  const tried = { ...job, collected, job: proof, acceptance };
  const newTests = await tryNewTests(deps, tried, options);
  if (newTests.kind === 'refused') {
    return { ...refused(refusalOf(newTests, policy)), newTests };
  }
  return { ...made, acceptance, newTests };
}

/** Of an attempt with several steps: what its critic sees, and how each is journalled. */
function stepHooks(
  deps: AttemptDeps,
  { record, base, message }: AttemptJob,
  workspace: Workspace,
  signal: AbortSignal,
): StepHooks {
  const { clock, chronicle, workspaces } = deps;
  const { task, epoch, attempt } = record;
  let sinceMs = clock.monotonicMs();
  return {
    between: () => agentsObjection(workspace, signal),
    change: () => changeIn(workspaces, { workspace, base, message }, signal),
    async onStep(told) {
      const elapsedMs = clock.monotonicMs() - sinceMs;
      sinceMs = clock.monotonicMs();
      const whole = await masked(deps, told.reason);
      const reason = whole.slice(0, bounds.reasonCharsMax).toWellFormed();
      const step = { ...told, reason, elapsedMs };
      await chronicle.record({ kind: 'attempt.step', task, epoch, attempt, ...step });
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
