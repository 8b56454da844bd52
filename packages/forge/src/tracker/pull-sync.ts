import type { IssueRow, PullRow, RepoRow, UserRow } from '../store/rows.ts';
import { isoSeconds } from '../store/store.ts';
import type { World } from '../world.ts';
import { findIssue } from './access.ts';
import { addEvent, countOpen, saveIssue, setState } from './changes.ts';
import { isAncestor, statsOf } from './pull-git.ts';

/**
 * Brings the rows in step with the refs, which are the truth. Called under the repository's lock
 * after everything that moved a ref, whoever moved it, and once at start: a crash between a ref's
 * move and its rows is mended here. Like GitHub: a pull request follows its head branch, is merged
 * when its head (or its merge commit) becomes part of the base, and is closed when a branch goes.
 */
export async function syncWithRefs(
  world: World,
  repo: RepoRow,
  move: { readonly actor: UserRow; readonly defaultTipBefore: string | null },
): Promise<void> {
  const heads = await world.git.refs(repo.full_name, 'refs/heads/');
  const open = world.tables.pulls
    .findBy('repo_id', repo.id)
    .filter((pull) => pull.state === 'open');
  for (const pull of open) await syncPull(world, { repo, pull, actor: move.actor }, heads);
  await closeByCommits(world, repo, {
    ...move,
    tip: heads.get(`refs/heads/${repo.default_branch}`),
  });
}

export interface PullTarget {
  readonly repo: RepoRow;
  readonly pull: PullRow;
  readonly actor: UserRow;
}

/** Marks the pull request merged and closes what its text says it fixes. */
export function markMerged(world: World, target: PullTarget, mergeCommit: string): void {
  const { repo, pull, actor } = target;
  const issue = findIssue(world.tables, repo, pull.number);
  const now = isoSeconds(world.now());
  if (issue !== undefined) {
    const saved = saveIssue(
      world,
      { repo, issue },
      { state: 'closed', closed_at: now, closed_by_id: actor.id },
    );
    addEvent(world, { repo, issue: saved }, { name: 'merged', actor, commit_id: mergeCommit });
    addEvent(world, { repo, issue: saved }, { name: 'closed', actor });
    countOpen(world, repo, -1);
  }
  world.tables.pulls.update(pull.id, {
    merged: true,
    merged_at: now,
    merged_by_id: actor.id,
    merge_commit_sha: mergeCommit,
  });
  if (pull.base_ref === repo.default_branch) {
    closeNamed(world, { repo, actor }, { text: pull.body ?? '', commit: mergeCommit });
  }
}

async function syncPull(
  world: World,
  target: PullTarget,
  heads: ReadonlyMap<string, string>,
): Promise<void> {
  const { repo, pull } = target;
  const head = heads.get(`refs/heads/${pull.head_ref}`);
  const base = heads.get(`refs/heads/${pull.base_ref}`);
  const mergedAs =
    base === undefined ? null : await mergeCommitOf(world, { repo, pull, base, head });
  if (mergedAs !== null) {
    markMerged(world, target, mergedAs);
    return;
  }
  if (head === undefined || base === undefined) {
    close(world, target);
    return;
  }
  if (head === pull.head_sha) return;
  const stats = await statsOf(world, repo, { base, head });
  world.tables.pulls.update(pull.id, { ...stats, head_sha: head, base_sha: base });
  const issue = findIssue(world.tables, repo, pull.number);
  if (issue !== undefined) saveIssue(world, { repo, issue }, {});
  // Forced back to where the base already is: nothing is left to merge.
  if (stats.commits === 0) close(world, target);
}

/** Merged by the commit that was about to become the base's tip, or by the head itself; or not. */
async function mergeCommitOf(
  world: World,
  at: {
    readonly repo: RepoRow;
    readonly pull: PullRow;
    readonly base: string;
    readonly head: string | undefined;
  },
): Promise<string | null> {
  const { repo, pull, base } = at;
  const intended = pull.merge_commit_sha;
  if (intended !== null && (await isAncestor(world, repo, { ancestor: intended, of: base }))) {
    return intended;
  }
  // Not when the head moved in the same push: then the branch was reset, not merged.
  if (at.head !== undefined && at.head !== pull.head_sha) return null;
  const inBase = await isAncestor(world, repo, { ancestor: pull.head_sha, of: base });
  return inBase ? pull.head_sha : null;
}

function close(world: World, target: PullTarget): void {
  const issue = findIssue(world.tables, target.repo, target.pull.number);
  if (issue === undefined) return;
  setState(world, { repo: target.repo, issue }, { state: 'closed', actor: target.actor });
}

async function closeByCommits(
  world: World,
  repo: RepoRow,
  move: {
    readonly actor: UserRow;
    readonly defaultTipBefore: string | null;
    readonly tip: string | undefined;
  },
): Promise<void> {
  const { tip, defaultTipBefore: before } = move;
  if (tip === undefined || before === null || before === tip) return;
  const result = await world.git.run(repo.full_name, [
    'log',
    '--format=%H%n%B%x00',
    `${before}..${tip}`,
  ]);
  // The old tip may be gone after a forced push; then nothing can be said to be new.
  if (result.code !== 0) return;
  for (const entry of result.stdout.toString('utf8').split('\0')) {
    const text = entry.trimStart();
    closeNamed(
      world,
      { repo, actor: move.actor },
      { text: text.slice(41), commit: text.slice(0, 40) },
    );
  }
}

const closingWord =
  /\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):?\s+(?:([\w.-]+\/[\w.-]+))?#(\d+)\b/gi;

function closeNamed(
  world: World,
  by: { readonly repo: RepoRow; readonly actor: UserRow },
  said: { readonly text: string; readonly commit: string },
): void {
  for (const issue of namedIssues(world, by.repo, said.text)) {
    if (issue.state === 'closed' || issue.is_pull_request) continue;
    setState(
      world,
      { repo: by.repo, issue },
      { state: 'closed', actor: by.actor, commit_id: said.commit },
    );
  }
}

function namedIssues(world: World, repo: RepoRow, text: string): IssueRow[] {
  return [...text.matchAll(closingWord)].flatMap(([, where, number]) => {
    if (where !== undefined && where.toLowerCase() !== repo.full_name.toLowerCase()) return [];
    return findIssue(world.tables, repo, Number(number)) ?? [];
  });
}
