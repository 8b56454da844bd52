import type { RouteCall } from '../http/call.ts';
import { objectBody } from '../http/call.ts';
import { GitHubError, json } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { PullRow, RepoRow, UserRow } from '../store/rows.ts';
import { writeCommit } from '../git/commits.ts';
import type { World } from '../world.ts';
import { findPull, pullOf, repoOf, requireAccess } from './access.ts';
import { mergedTree } from './pull-git.ts';
import { syncWithRefs } from './pull-sync.ts';

export function mergeRoutes(world: World, flush: () => Promise<void>): Route[] {
  return [
    {
      method: 'PUT',
      pattern: '/repos/:owner/:repo/pulls/:number/merge',
      handler: (call) => merge(world, call, flush),
    },
  ];
}

function merge(world: World, call: RouteCall, flush: () => Promise<void>): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  return world.git.locked(repo.full_name, async () => {
    const actor = requireAccess(world.tables, call, { repo, least: 'push' });
    const pull = pullOf(world.tables, repo, call);
    const body = objectBody(call);
    checkMergeable(pull, body);
    const ref = `refs/heads/${pull.base_ref}`;
    const base = await world.git.resolve(repo.full_name, ref);
    const tree =
      base === null ? null : await mergedTree(world, repo, { base, head: pull.head_sha });
    if (base === null || tree === null) throw notMergeable();
    const squash = body['merge_method'] === 'squash';
    const commit = await writeCommit(world.git, repo.full_name, {
      tree,
      parents: squash ? [base] : [base, pull.head_sha],
      message: squash ? await squashText(world, repo, { pull, base }) : mergeText(repo, pull, body),
      author: identityOf(actor),
      committer: identityOf(actor),
      timeMs: world.now(),
    });
    // The intent first: after a crash the ref tells whether this commit became the base.
    world.tables.pulls.update(pull.id, { merge_commit_sha: commit });
    await flush();
    const moved = await world.git.run(repo.full_name, ['update-ref', ref, commit, base]);
    if (moved.code !== 0) {
      throw new GitHubError(409, 'Base branch was modified. Review and try the merge again.');
    }
    await syncWithRefs(world, repo, actor);
    await deleteHead(world, repo, { pull, actor });
    return json(200, { sha: commit, merged: true, message: 'Pull Request successfully merged' });
  });
}

export function identityOf(user: UserRow): { name: string; email: string } {
  return {
    name: user.name ?? user.login,
    email: user.email ?? `${user.id}+${user.login}@users.noreply.github.com`,
  };
}

function checkMergeable(pull: PullRow, body: Record<string, unknown>): void {
  if (pull.state === 'closed') throw notMergeable();
  if (pull.draft) throw new GitHubError(405, 'Pull Request is still a draft');
  if (body['merge_method'] === 'rebase') {
    throw new GitHubError(405, 'Rebase merges are not allowed on this repository.');
  }
  if (typeof body['sha'] === 'string' && body['sha'] !== pull.head_sha) {
    throw new GitHubError(409, 'Head branch was modified. Review and try the merge again.');
  }
}

const notMergeable = (): GitHubError => new GitHubError(405, 'Pull Request is not mergeable');

function mergeText(repo: RepoRow, pull: PullRow, body: Record<string, unknown>): string {
  const owner = repo.full_name.split('/')[0] ?? '';
  const title =
    typeof body['commit_title'] === 'string'
      ? body['commit_title']
      : `Merge pull request #${pull.number} from ${owner}/${pull.head_ref}`;
  const text = typeof body['commit_message'] === 'string' ? body['commit_message'] : pull.title;
  return `${title}\n\n${text}\n`;
}

/** GitHub's default: the title, then the messages of all commits, oldest first. */
async function squashText(
  world: World,
  repo: RepoRow,
  at: { readonly pull: PullRow; readonly base: string },
): Promise<string> {
  const range = `${at.base}..${at.pull.head_sha}`;
  const log = await world.git.text(repo.full_name, ['log', '--reverse', '--format=* %B', range]);
  return `${at.pull.title} (#${at.pull.number})\n\n${log.trim()}\n`;
}

async function deleteHead(
  world: World,
  repo: RepoRow,
  at: { readonly pull: PullRow; readonly actor: UserRow },
): Promise<void> {
  const settings = world.tables.repos.get(repo.id);
  const pull = findPull(world.tables, repo, at.pull.number);
  if (settings?.delete_branch_on_merge !== true || pull === undefined) return;
  const ref = `refs/heads/${pull.head_ref}`;
  await world.git.run(repo.full_name, ['update-ref', '-d', ref, pull.head_sha]);
  await syncWithRefs(world, repo, at.actor);
}
