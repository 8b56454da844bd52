import { forgeError } from '../errors.ts';
import { checksOf } from '../gitdata/checks.ts';
import type { PullRow, RepoRow } from '../store/rows.ts';
import type { World } from '../world.ts';

/** What git says about a pull request: sizes, and whether it merges. */
export interface PullStats {
  readonly commits: number;
  readonly additions: number;
  readonly deletions: number;
  readonly changed_files: number;
}

export async function statsOf(
  world: World,
  repo: RepoRow,
  between: { readonly base: string; readonly head: string },
): Promise<PullStats> {
  const { base, head } = between;
  const count = await world.git.text(repo.full_name, ['rev-list', '--count', `${base}..${head}`]);
  const lines = await world.git.text(repo.full_name, ['diff', '--numstat', `${base}...${head}`]);
  const files = lines.split('\n').filter((line) => line !== '');
  // Binary files count "-": no lines.
  const sum = (column: number): number =>
    files.reduce(
      (total, line) => total + (Number.parseInt(line.split('\t')[column] ?? '', 10) || 0),
      0,
    );
  return {
    commits: Number.parseInt(count, 10),
    additions: sum(0),
    deletions: sum(1),
    changed_files: files.length,
  };
}

/** The tree of the merge of both, or null when they conflict. */
export async function mergedTree(
  world: World,
  repo: RepoRow,
  between: { readonly base: string; readonly head: string },
): Promise<string | null> {
  const args = ['merge-tree', '--write-tree', '--no-messages', between.base, between.head];
  const result = await world.git.run(repo.full_name, args);
  // 1 is a conflict; anything else is no answer.
  if (result.code !== 0 && result.code !== 1)
    throw forgeError('forge_git', `merge-tree: ${result.stderr}`);
  return result.code === 0 ? (result.stdout.toString('utf8').split('\n')[0] ?? null) : null;
}

export async function isAncestor(
  world: World,
  repo: RepoRow,
  pair: { readonly ancestor: string; readonly of: string },
): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', pair.ancestor, pair.of];
  return (await world.git.run(repo.full_name, args)).code === 0;
}

export interface Mergeability {
  readonly mergeable: boolean | null;
  readonly mergeable_state: string;
}

/** Asked when somebody looks, against the base as it is now. */
export async function mergeabilityOf(
  world: World,
  repo: RepoRow,
  pull: PullRow,
): Promise<Mergeability> {
  if (pull.state === 'closed') return { mergeable: null, mergeable_state: 'unknown' };
  const base = await world.git.resolve(repo.full_name, `refs/heads/${pull.base_ref}`);
  if (base === null) return { mergeable: null, mergeable_state: 'unknown' };
  const tree = await mergedTree(world, repo, { base, head: pull.head_sha });
  if (tree === null) return { mergeable: false, mergeable_state: 'dirty' };
  if (pull.draft) return { mergeable: true, mergeable_state: 'draft' };
  const checks = checksOf(world, repo, pull.head_sha);
  const isGreen = checks === null || checks.state === 'SUCCESS';
  return { mergeable: true, mergeable_state: isGreen ? 'clean' : 'unstable' };
}
