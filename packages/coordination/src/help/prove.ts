/**
 * The acceptance of another peer's work, run here for it: what it needs is not on the other machine. As a judge does it,
 * with the judge files of the base branch, and new tests must fail there.
 */
import { judgeGlobs, limits, type Proven } from '@bzzz/protocol';
import type { Collected, Workspaces } from '../ports/index.ts';
import type { Briefing } from '../task/briefing.ts';
import { refusalOf, tryNewTests } from '../task/new-tests.ts';
import { setupOf } from '../task/setup.ts';

/** A string: why it does not pass. Throws what `accept` throws. */
export async function prove(
  deps: { readonly workspaces: Pick<Workspaces, 'accept'> },
  { issue, plan, policy, base }: Briefing,
  work: Collected,
  signal: AbortSignal,
): Promise<Proven | string> {
  const about = { base, result: work.result, judge: judgeGlobs(policy) };
  const job = { ...about, commands: plan.accept, limits: policy.limits, setup: setupOf(policy) };
  const acceptance = await deps.workspaces.accept(job, { signal });
  const last = acceptance.commands.at(-1);
  if (!acceptance.passed) {
    const how = last?.exitCode === null ? 'was ended' : `ended with exit code ${last?.exitCode}`;
    return `the acceptance does not pass here: \`${last?.argv.join(' ') ?? ''}\` ${how}\n${last?.outputTail ?? ''}`;
  }
  const tried = { issue, policy, collected: work, job, acceptance };
  const newTests = await tryNewTests(deps, tried, { signal });
  if (newTests.kind === 'refused') return refusalOf(newTests, policy);
  const judgeFiles = paths(acceptance.judgeFilesChanged);
  if (newTests.kind === 'none') return { judgeFiles };
  const { kind: outcome, files } = newTests;
  const reason = newTests.reason.slice(0, limits.reasonCharsMax).toWellFormed();
  return { judgeFiles, newTests: { outcome, files: paths(files), reason } };
}

function paths(all: readonly string[]): string[] {
  const shown = all.slice(0, limits.helpPathsMax);
  return shown.map((path) => path.slice(0, limits.helpPathCharsMax).toWellFormed());
}
