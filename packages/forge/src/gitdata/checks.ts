import type { CheckRunRow, RepoRow, StatusRow } from '../store/rows.ts';
import type { World } from '../world.ts';

/** Check runs and commit statuses of one commit, of each name the latest, in GitHub's combined words. */
export interface Checks {
  readonly state: 'SUCCESS' | 'FAILURE' | 'PENDING';
  readonly runs: readonly CheckRunRow[];
  readonly statuses: readonly StatusRow[];
}

/** Conclusions that make no commit red. */
const harmless: ReadonlySet<string> = new Set(['success', 'neutral', 'skipped']);

/** Null: nobody has checked anything there. */
export function checksOf(world: World, repo: RepoRow, sha: string): Checks | null {
  const runs = latestRuns(world, repo, sha);
  const statuses = latest(
    world.tables.statuses.findBy('sha', sha).filter((row) => row.repo_id === repo.id),
    (row) => row.context,
  );
  if (runs.length + statuses.length === 0) return null;
  const isRed =
    runs.some(({ conclusion }) => conclusion !== null && !harmless.has(conclusion)) ||
    statuses.some(({ state }) => state === 'failure' || state === 'error');
  const isUnderWay =
    runs.some(({ status }) => status !== 'completed') ||
    statuses.some(({ state }) => state === 'pending');
  return { state: isRed ? 'FAILURE' : isUnderWay ? 'PENDING' : 'SUCCESS', runs, statuses };
}

/** Newest first. */
export function latestRuns(world: World, repo: RepoRow, sha: string): CheckRunRow[] {
  const rows = world.tables.checkRuns.findBy('head_sha', sha);
  return latest(
    rows.filter((row) => row.repo_id === repo.id),
    (row) => row.name,
  ).toReversed();
}

function latest<R extends { readonly id: number }>(
  rows: readonly R[],
  nameOf: (row: R) => string,
): R[] {
  const byName = new Map<string, R>();
  for (const row of rows.toSorted((a, b) => a.id - b.id)) byName.set(nameOf(row), row);
  return [...byName.values()].toSorted((a, b) => a.id - b.id);
}
