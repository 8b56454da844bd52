/**
 * A test that a result adds must fail without the rest of it, or it proves nothing (DESIGN.md 4.4). Called when the
 * acceptance has passed on the result, so what makes the difference is the result. Two ways, as the policy says:
 *
 *     by the acceptance: base + new tests and what they need fails, base + only what they need passes
 *     one by one:        each new test passes on the result, and fails on base + all of them
 *
 * By the acceptance nothing is told of new tests where the base branch fails it already, as when the test that an issue is
 * about stands there: that failure proves the result, and hides whatever else fails. Nothing is told either where
 * a command was ended by a limit: a machine may be busy. What is not told is said, and refuses no result.
 */
import {
  fillArgv,
  globMatcher,
  helperGlobs,
  type Issue,
  limits as bounds,
  type Policy,
} from '@bzzz/protocol';
import type {
  Acceptance,
  AcceptanceJob,
  Collected,
  CommandReport,
  Rest,
  Workspaces,
} from '../ports/index.ts';

export type NewTests =
  /** It adds none, or nobody asks what they prove. */
  | { readonly kind: 'none' }
  | {
      readonly kind: 'proven' | 'refused' | 'untold';
      /** New tests; of `refused` those that are to blame. */
      readonly files: readonly string[];
      /** In a sentence, for people. */
      readonly reason: string;
    };
export type TriedTests = Exclude<NewTests, { kind: 'none' }>;

export interface Tried {
  readonly issue: Pick<Issue, 'labels'>;
  readonly policy: Pick<Policy, 'newTests' | 'judge'>;
  readonly collected: Collected;
  /** As it was run on the result, and what came of it. */
  readonly job: AcceptanceJob;
  readonly acceptance: Acceptance;
}

interface Found {
  readonly tests: readonly string[];
  /** Further files that it adds to those that judge, and tests that only have another name now. */
  readonly beside: readonly string[];
}

type Accept = (change: Partial<AcceptanceJob>) => Promise<Acceptance>;

/** A command that goes on for much longer than on the result is ended: so a test that hangs without it may do. */
const patienceMs = 30_000;
const patienceFactor = 3;

/** Whether new tests on this issue are tried on the base at all. */
export function areTried({ newTests }: Pick<Policy, 'newTests'>, { labels }: Tried['issue']) {
  const excepted = newTests.exceptLabels.map((label) => label.toLowerCase());
  const isExcepted = labels.some((label) => excepted.includes(label.toLowerCase()));
  return newTests.onBase === 'must-fail' && !isExcepted;
}

/** Throws what `accept` throws. */
export async function tryNewTests(
  { workspaces }: { readonly workspaces: Pick<Workspaces, 'accept'> },
  { issue, policy, collected, job, acceptance }: Tried,
  options: { signal: AbortSignal; rest?: Rest; onPrinted?: (text: string) => void },
): Promise<NewTests> {
  const found = areTried(policy, issue) ? newTestsOf(collected, policy) : undefined;
  if (found === undefined) return { kind: 'none' };
  const tookMs = acceptance.commands.reduce((sum, { elapsedMs }) => sum + elapsedMs, 0);
  const attemptMs = Math.min(job.limits.attemptMs, Math.ceil(patienceMs + patienceFactor * tookMs));
  const limits = { ...job.limits, attemptMs };
  const accept: Accept = (change) => workspaces.accept({ ...job, limits, ...change }, options);
  const { run } = policy.newTests;
  return run === undefined ? byAcceptance(found, job, accept) : oneByOne(found, run, accept);
}

/** Undefined: the result adds none. */
function newTestsOf({ commits }: Collected, policy: Tried['policy']): Found | undefined {
  const added = commits.flatMap(({ files }) => files).filter(({ status }) => status === 'added');
  const isTest = globMatcher(policy.newTests.files);
  const helps = globMatcher(helperGlobs(policy));
  // What was moved was a test before, and need not fail now.
  const isNew = new Map(added.map(({ path, moved = false }) => [path, isTest(path) && !moved]));
  const paths = [...isNew.keys()];
  const tests = paths.filter((path) => isNew.get(path));
  const beside = paths.filter((path) => !isNew.get(path) && helps(path));
  return tests.length === 0 ? undefined : { tests, beside };
}

async function byAcceptance(
  { tests, beside }: Found,
  { commands }: AcceptanceJob,
  accept: Accept,
): Promise<TriedTests> {
  const tried = await accept({ only: [...tests, ...beside] });
  const last = tried.commands.at(-1);
  if (tried.passed) {
    const reason =
      'without the change the acceptance passes with them, too: it does not run them, or they pass there';
    return { kind: 'refused', files: tests, reason };
  }
  if (last === undefined || last.exitCode === null) return ended(tests, last);
  const upTo = commands.slice(0, tried.commands.length);
  const without = await accept({ commands: upTo, only: beside });
  if (without.passed) {
    const reason = `without the change ${shown(last)} fails with them, and passes without them`;
    return { kind: 'proven', files: tests, reason };
  }
  const failed = without.commands.at(-1);
  if (failed === undefined || failed.exitCode === null) return ended(tests, failed);
  const reason = `the base branch fails ${shown(failed)} without them already, so it tells nothing of them`;
  return { kind: 'untold', files: tests, reason };
}

async function oneByOne(
  { tests, beside }: Found,
  run: readonly string[],
  accept: Accept,
): Promise<TriedTests> {
  const options = tests.filter((path) => path.startsWith('-'));
  if (options.length > 0) {
    const reason = 'a program would take their names for options';
    return { kind: 'refused', files: options, reason };
  }
  const commands = tests.map((file) => fillArgv(run, { file }));
  const onResult = await accept({ commands });
  const last = onResult.commands.at(-1);
  if (!onResult.passed) {
    if (last === undefined || last.exitCode === null) return ended(tests, last);
    const reason = `${shown(last)} fails with the change, too`;
    return {
      kind: 'refused',
      files: tests.slice(onResult.commands.length - 1, onResult.commands.length),
      reason,
    };
  }
  const onBase = await accept({ commands, only: [...tests, ...beside], everyCommand: true });
  const codes = tests.map((_, at) => onBase.commands[at]?.exitCode ?? null);
  const passing = tests.filter((_, at) => codes[at] === 0);
  if (passing.length > 0) {
    const reason = 'on the base branch, without the change, they pass too';
    return { kind: 'refused', files: passing, reason };
  }
  const cut = codes.indexOf(null);
  if (cut >= 0) return ended(tests, onBase.commands[cut]);
  const reason = 'each passes with the change, and fails without it';
  return { kind: 'proven', files: tests, reason };
}

function ended(files: readonly string[], command: CommandReport | undefined): TriedTests {
  const what = command === undefined ? 'a command' : shown(command);
  const reason = `without the change ${what} was ended before it was done, which tells nothing of them`;
  return { kind: 'untold', files, reason };
}

function shown({ argv }: CommandReport): string {
  return `\`${argv.join(' ').slice(0, 120).toWellFormed()}\``;
}

/** As the journal keeps it; absent where there is nothing to keep. */
export function toldOf(tests: NewTests) {
  if (tests.kind === 'none') return {};
  const { kind: outcome, files, reason } = tests;
  const said = reason.slice(0, bounds.reasonCharsMax).toWellFormed();
  return { newTests: { outcome, files: files.length, reason: said } };
}

const filesShownMax = 20;

/** Why an attempt with such tests has failed, and what can be done: for whoever tries next, and for people. */
export function refusalOf(
  { files, reason }: TriedTests,
  { newTests }: Pick<Policy, 'newTests'>,
): string {
  const more = files.length - filesShownMax;
  const labels = newTests.exceptLabels.map((label) => `"${label}"`).join(' or ');
  return [
    `new tests prove nothing: ${reason}`,
    ...files.slice(0, filesShownMax).map((path) => `- ${path}`),
    ...(more > 0 ? [`- and ${more} more`] : []),
    'A test that a result adds must fail without the rest of it.',
    ...(labels === ''
      ? []
      : [`Where tests of what is there already are wanted, label the issue ${labels}.`]),
  ].join('\n');
}
