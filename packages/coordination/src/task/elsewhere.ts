/**
 * What this machine turned out not to have, another may have: its peer asks for that by itself, before an attempt
 * counts as failed (DESIGN.md 4.5).
 */
import { isBzzzError, type Lack, type Oid, type PeerId } from '@bzzz/protocol';
import type {
  Acceptance,
  AcceptanceJob,
  AskForHelp,
  ExecutorReport,
  Job,
  SetupJob,
  Workspace,
  Workspaces,
} from '../ports/index.ts';
import { lackIn, lackNamed, lackOf, lackText } from './lack.ts';
import type { NewTests } from './new-tests.ts';

type At = Parameters<Workspaces['create']>[0];

/** Where a program is missing that the setup runs, without what that makes: then others do the work in theirs. */
export async function workspaceFor(
  workspaces: Pick<Workspaces, 'create'>,
  at: At,
  signal: AbortSignal,
): Promise<{ readonly workspace: Workspace; readonly lacks?: Lack }> {
  try {
    return { workspace: await workspaces.create(at, { signal }) };
  } catch (error) {
    if (at.setup === undefined || !isBzzzError(error, 'tool_missing')) throw error;
    const workspace = await workspaces.create({ ...at, setup: undefined }, { signal });
    return { workspace, lacks: lackNamed('tool', programOf(at.setup)) };
  }
}

/** As a report where its setup cannot be made, since a program is missing. */
export async function acceptanceOf(
  workspaces: Pick<Workspaces, 'accept'>,
  job: AcceptanceJob,
  options: Parameters<Workspaces['accept']>[1],
): Promise<Acceptance> {
  try {
    return await workspaces.accept(job, options);
  } catch (error) {
    if (job.setup === undefined || !isBzzzError(error, 'tool_missing')) throw error;
    const [argv = []] = job.setup.run;
    const report = { argv, exitCode: 127, elapsedMs: 0, outputTail: error.reason };
    return { passed: false, commands: [report], judgeFilesChanged: [] };
  }
}

/**
 * What of an acceptance that failed is missing here. Undefined: nothing, it is the result that fails. What ends as
 * where a program is not installed is run on the base branch too, with what is run before it: where it passes there, the
 * change made it so. Any other end tells nothing, since a base that is red may not come as far.
 */
export async function lackHere(
  workspaces: Pick<Workspaces, 'accept'>,
  job: AcceptanceJob,
  { commands }: Pick<Acceptance, 'commands'>,
  options: Parameters<Workspaces['accept']>[1],
): Promise<Lack | undefined> {
  const lacks = lackIn(commands);
  if (lacks === undefined) return undefined;
  const onBase = { ...job, commands: job.commands.slice(0, commands.length), only: [] };
  const { passed } = await acceptanceOf(workspaces, onBase, options);
  return passed ? undefined : lacks;
}

/** Which of several is missing is told in words alone: the first stands for all. */
function programOf({ run: [argv = []] }: SetupJob): string {
  return argv[0] ?? '';
}

interface Asking {
  readonly ask: AskForHelp;
}

/** A helper does the work, on what is there so far. */
export async function doneElsewhere(
  report: ExecutorReport,
  job: Pick<Job, 'kind'>,
  { ask }: Asking,
  signal: AbortSignal,
): Promise<ExecutorReport> {
  const lacks = lackOf(report, job);
  if (lacks === undefined) return report;
  const { helped, text } = await ask('', { signal, lacks });
  const reason = helped ? text : `${report.reason}; ${lackText(lacks)}, and ${text}`;
  return { ...report, succeeded: helped, reason };
}

interface Accepted {
  readonly acceptance: Acceptance;
  readonly newTests: NewTests;
  readonly provenBy: PeerId;
}

/**
 * A helper runs the acceptance that cannot be run here. A word of his is no more than one of ours: what is published is a
 * draft that says who ran it, until others have judged it, and he is not among those. A string: why nobody ran it.
 * Undefined: nothing is missing here, it failed.
 */
export async function acceptedElsewhere(
  { commands }: Acceptance,
  { ask }: Asking,
  acceptanceOn: Oid,
  signal: AbortSignal,
): Promise<Accepted | string | undefined> {
  const lacks = lackIn(commands);
  if (lacks === undefined) return undefined;
  const { text, proof } = await ask('', { signal, lacks: { ...lacks, acceptanceOn } });
  if (proof === undefined) return `${lackText(lacks)}, and ${text}`;
  const { by, judgeFiles, newTests: told } = proof;
  const newTests: NewTests =
    told === undefined ? { kind: 'none' } : { kind: told.outcome, ...told };
  const acceptance = { passed: true, commands: [], judgeFilesChanged: judgeFiles };
  return { acceptance, newTests, provenBy: by };
}
