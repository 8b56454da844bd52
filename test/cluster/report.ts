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

/** What was not run is no failure, but a machine that can run nothing has shown nothing. */
export function exitCodeOf(outcomes: readonly Outcome[]): number {
  const hasFailed = outcomes.some(({ kind }) => kind === 'failed');
  return Number(hasFailed || !outcomes.some(({ kind }) => kind === 'passed'));
}
