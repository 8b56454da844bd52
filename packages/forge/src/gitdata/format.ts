import type { ParsedCommit, PersonAt } from '../git/commits.ts';
import type { RepoRow, UserRow } from '../store/rows.ts';
import { formatUser, htmlUrl, nodeId, repoUrl } from '../tracker/format.ts';
import type { World } from '../world.ts';

const unsigned = {
  verified: false,
  reason: 'unsigned',
  signature: null,
  payload: null,
  verified_at: null,
};

/** A commit as the `commits` routes show it. */
export function formatCommit(
  world: World,
  repo: RepoRow,
  commit: ParsedCommit,
): Record<string, unknown> {
  const url = repoUrl(world, repo);
  const html = htmlUrl(world, repo);
  return {
    sha: commit.sha,
    node_id: nodeId(`Commit:${repo.id}:${commit.sha}:`, 0),
    commit: {
      author: commit.author,
      committer: commit.committer,
      message: commit.message,
      tree: { sha: commit.tree, url: `${url}/git/trees/${commit.tree}` },
      url: `${url}/git/commits/${commit.sha}`,
      comment_count: 0,
      verification: unsigned,
    },
    url: `${url}/commits/${commit.sha}`,
    html_url: `${html}/commit/${commit.sha}`,
    comments_url: `${url}/commits/${commit.sha}/comments`,
    author: accountOf(world, commit.author),
    committer: accountOf(world, commit.committer),
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
    })),
  };
}

/** A commit as the `git/commits` routes show it. */
export function formatGitCommit(
  world: World,
  repo: RepoRow,
  commit: ParsedCommit,
): Record<string, unknown> {
  const url = `${repoUrl(world, repo)}/git`;
  const html = htmlUrl(world, repo);
  return {
    sha: commit.sha,
    node_id: nodeId(`Commit:${repo.id}:${commit.sha}:`, 0),
    url: `${url}/commits/${commit.sha}`,
    html_url: `${html}/commit/${commit.sha}`,
    author: commit.author,
    committer: commit.committer,
    tree: { sha: commit.tree, url: `${url}/trees/${commit.tree}` },
    message: commit.message,
    parents: commit.parents.map((sha) => ({
      sha,
      url: `${url}/commits/${sha}`,
      html_url: `${html}/commit/${sha}`,
    })),
    verification: unsigned,
  };
}

/** The account behind an e-mail address, as far as the forge knows one. */
function accountOf(world: World, person: PersonAt): Record<string, unknown> | null {
  const matches = (user: UserRow): boolean =>
    user.email === person.email ||
    person.email === `${user.id}+${user.login}@users.noreply.github.com` ||
    person.email === `${user.login}@users.noreply.github.com`;
  const user = world.tables.users.all().find(matches);
  return user === undefined ? null : formatUser(world, user);
}
