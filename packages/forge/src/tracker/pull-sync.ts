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
export async function syncWithRefs(world: World, repo: RepoRow, actor: UserRow): Promise<void> {
  const heads = await world.git.refs(repo.full_name, 'refs/heads/');
  const state = [...heads].join('\n');
  if (world.synced.get(repo.id) === state) return;
  const open = world.tables.pulls
    .findBy('repo_id', repo.id)
    .filter((pull) => pull.state === 'open');
  for (const pull of open) await syncPull(world, { repo, pull, actor }, heads);
  const tip = heads.get(`refs/heads/${repo.default_branch}`);
  if (tip !== undefined) await closeByCommits(world, { repo, actor }, tip);
  world.synced.set(repo.id, state);
}

/**
 * Before pull requests are shown: somebody may have moved a ref on the disk itself, or a push may
 * have outlived the process that started it.
 */
export async function syncBeforeRead(world: World, repo: RepoRow): Promise<void> {
  const actor = world.tables.users.get(repo.owner_id);
  if (actor === undefined) return;
  await world.git.locked(repo.full_name, () => syncWithRefs(world, repo, actor));
}

interface PullTarget {
  readonly repo: RepoRow;
  readonly pull: PullRow;
  readonly actor: UserRow;
}

/** Marks the pull request merged and closes what its text says it fixes. */
function markMerged(world: World, target: PullTarget, mergeCommit: string): void {
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
  const asked = `${base} ${at.head ?? ''} ${pull.head_sha} ${pull.merge_commit_sha ?? ''}`;
  if (world.notMerged.get(pull.id) === asked) return null;
  const intended = pull.merge_commit_sha;
  if (intended !== null && (await isAncestor(world, repo, { ancestor: intended, of: base }))) {
    return intended;
  }
  // Not when the head moved in the same push: then the branch was reset, not merged.
  if (at.head !== undefined && at.head !== pull.head_sha) return null;
  const inBase = await isAncestor(world, repo, { ancestor: pull.head_sha, of: base });
  if (inBase) return pull.head_sha;
  world.notMerged.set(pull.id, asked);
  return null;
}

function close(world: World, target: PullTarget): void {
  const issue = findIssue(world.tables, target.repo, target.pull.number);
  if (issue === undefined) return;
  setState(world, { repo: target.repo, issue }, { state: 'closed', actor: target.actor });
}

/** Reads the commits that are new on the default branch, also those of before a crash. */
async function closeByCommits(
  world: World,
  by: { readonly repo: RepoRow; readonly actor: UserRow },
  tip: string,
): Promise<void> {
  const known = world.tables.tips.findOneBy('repo_id', by.repo.id);
  if (known?.sha === tip) return;
  if (known !== undefined) {
    const args = ['log', '--format=%H%n%B%x00', `${known.sha}..${tip}`];
    const result = await world.git.run(by.repo.full_name, args);
    // The old tip may be gone after a forced push; then nothing can be said to be new.
    const entries = result.code === 0 ? result.stdout.toString('utf8').split('\0') : [];
    for (const entry of entries) {
      const text = entry.trimStart();
      closeNamed(world, by, { text: text.slice(41), commit: text.slice(0, 40) });
    }
    world.tables.tips.update(known.id, { sha: tip });
  } else world.tables.tips.insert({ repo_id: by.repo.id, sha: tip });
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
