/** What a run says in the end: a line a scenario. */
import type { Played, Scenario } from './scenario.ts';

export type Outcome =
  | { readonly scenario: Scenario; readonly kind: 'passed'; readonly played: Played }
  | { readonly scenario: Scenario; readonly kind: 'failed'; readonly reason: string }
  /** The machine lacks what it needs. */
  | { readonly scenario: Scenario; readonly kind: 'not run'; readonly reason: string };

const widthOfName = 20;

export function lineOf(outcome: Outcome): string {
  const name = outcome.scenario.name.padEnd(widthOfName);
  if (outcome.kind !== 'passed') {
    const [reason] = outcome.reason.split('\n');
    return `${outcome.kind.toUpperCase().padEnd(8)}${name}${reason}`;
  }
  const { endings, elapsedMs } = outcome.played;
  const takeovers = endings.reduce((sum, { claims }) => sum + claims - 1, 0);
  const seconds = `${Math.round(elapsedMs / 1_000)} s`.padStart(6);
  return `${'passed'.padEnd(8)}${name}${seconds}, ${endings.length} issues, each ended once, ${takeovers} takeovers`;
}

/** What was not run has shown nothing: a failure unless `allowMissing`, and then too where nothing was run. */
export function exitCodeOf(
  outcomes: readonly Outcome[],
  { allowMissing }: { readonly allowMissing: boolean },
): number {
  const isWrong = ({ kind }: Outcome) => kind === 'failed' || (kind === 'not run' && !allowMissing);
  return Number(outcomes.some(isWrong) || !outcomes.some(({ kind }) => kind === 'passed'));
}

/** What this machine lacked for the scenarios that were asked for; undefined: nothing. */
export function missingOf(outcomes: readonly Outcome[]): string | undefined {
  const missing = outcomes.filter(({ kind }) => kind === 'not run');
  if (missing.length === 0) return undefined;
  const names = missing.map(({ scenario }) => scenario.name).join(', ');
  return `NOT RUN, so nothing is shown of: ${names} (\`scripts/setup\` installs what they need; \`--allow-missing\` lets it pass)`;
}
