import { readCommits, writeCommit } from '../git/commits.ts';
import type { Identity, ParsedCommit } from '../git/commits.ts';
import type { RouteCall } from '../http/call.ts';
import { objectBody } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { GitHubError, json, notFound, unprocessable } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { RepoRow } from '../store/rows.ts';
import { pullOf, repoOf, requireAccess } from '../tracker/access.ts';
import { htmlUrl, repoUrl } from '../tracker/format.ts';
import { identityOf } from '../tracker/merge.ts';
import type { World } from '../world.ts';
import { changedFiles } from './files.ts';
import { formatCommit, formatGitCommit } from './format.ts';

const repoPath = '/repos/:owner/:repo';

export function commitRoutes(world: World): Route[] {
  return [
    {
      method: 'GET',
      pattern: `${repoPath}/git/commits/:sha`,
      handler: (call) => getGit(world, call),
    },
    { method: 'POST', pattern: `${repoPath}/git/commits`, handler: (call) => create(world, call) },
    {
      method: 'GET',
      pattern: `${repoPath}/compare/*basehead`,
      handler: (call) => compare(world, call),
    },
    { method: 'GET', pattern: `${repoPath}/commits`, handler: (call) => list(world, call) },
    {
      method: 'GET',
      pattern: `${repoPath}/pulls/:number/commits`,
      handler: (call) => ofPull(world, call),
    },
    {
      method: 'GET',
      pattern: `${repoPath}/pulls/:number/files`,
      handler: (call) => filesOfPull(world, call),
    },
    { method: 'GET', pattern: `${repoPath}/commits/*ref`, handler: (call) => get(world, call) },
  ];
}

async function getGit(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  return json(200, formatGitCommit(world, repo, await commitOf(world, repo, call.param('sha'))));
}

async function create(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const actor = requireAccess(world.tables, call, { repo, least: 'push' });
  const body = objectBody(call);
  const tree = typeof body['tree'] === 'string' ? body['tree'] : '';
  const parents = Array.isArray(body['parents']) ? body['parents'].map(String) : [];
  const message = typeof body['message'] === 'string' ? body['message'] : null;
  if (message === null) throw unprocessable('Invalid request.\n\n"message" wasn\'t supplied.');
  if ((await world.git.resolve(repo.full_name, tree, 'tree')) === null) {
    throw unprocessable('Tree SHA does not exist');
  }
  for (const parent of parents) {
    if ((await world.git.resolve(repo.full_name, parent)) !== parent) {
      throw unprocessable('Parent SHA does not exist or is not a commit object');
    }
  }
  const author = personIn(body['author'], identityOf(actor));
  const sha = await writeCommit(world.git, repo.full_name, {
    tree,
    parents,
    message,
    author,
    committer: personIn(body['committer'], author),
    timeMs: world.now(),
    signature: typeof body['signature'] === 'string' ? body['signature'] : null,
  });
  return json(201, formatGitCommit(world, repo, await commitOf(world, repo, sha)));
}

function personIn(value: unknown, otherwise: Identity): Identity {
  if (typeof value !== 'object' || value === null) return otherwise;
  const name = 'name' in value && typeof value.name === 'string' ? value.name : otherwise.name;
  const email = 'email' in value && typeof value.email === 'string' ? value.email : otherwise.email;
  const date =
    'date' in value && typeof value.date === 'string' ? Date.parse(value.date) : Number.NaN;
  return Number.isNaN(date)
    ? { name, email }
    : { name, email, at: `${Math.floor(date / 1000)} +0000` };
}

async function list(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const start = call.query.get('sha') ?? repo.default_branch;
  const sha = await world.git.resolve(repo.full_name, start);
  if (sha === null) {
    const empty = (await world.git.refs(repo.full_name, 'refs/')).size === 0;
    throw empty ? new GitHubError(409, 'Git Repository is empty.') : notFound();
  }
  const path = call.query.get('path');
  const filters = ['since', 'until'].flatMap((key) => {
    const value = call.query.get(key);
    return value === null ? [] : [`--${key}=${value}`];
  });
  const args = [...filters, sha, '--', ...(path === null ? [] : [path])];
  const commits = await readCommits(world.git, repo.full_name, args);
  return pageOf(call, world.baseUrl, commits, (commit) => formatCommit(world, repo, commit));
}

async function get(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const commit = await commitOf(world, repo, call.param('ref'));
  const parent = commit.parents[0] ?? (await emptyTree(world, repo));
  const files = await changedFiles(world, repo, { args: [parent, commit.sha], head: commit.sha });
  const sum = (key: string): number => files.reduce((total, file) => total + Number(file[key]), 0);
  const stats = { total: sum('changes'), additions: sum('additions'), deletions: sum('deletions') };
  return json(200, { ...formatCommit(world, repo, commit), stats, files });
}

async function compare(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const [from, to] = call.param('basehead').split('...', 2);
  const base = await commitOf(world, repo, withoutOwner(from ?? ''));
  const head = await commitOf(world, repo, withoutOwner(to ?? ''));
  const found = await world.git.run(repo.full_name, ['merge-base', base.sha, head.sha]);
  if (found.code !== 0) throw notFound();
  const mergeBase = await commitOf(world, repo, found.stdout.toString('utf8').trim());
  const ahead = await readCommits(world.git, repo.full_name, [
    '--reverse',
    `${base.sha}..${head.sha}`,
  ]);
  const behind = await readCommits(world.git, repo.full_name, [`${head.sha}..${base.sha}`]);
  const url = `${repoUrl(world, repo)}/compare/${base.sha}...${head.sha}`;
  const html = `${htmlUrl(world, repo)}/compare/${base.sha}...${head.sha}`;
  return json(200, {
    url,
    html_url: html,
    permalink_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    base_commit: formatCommit(world, repo, base),
    merge_base_commit: formatCommit(world, repo, mergeBase),
    status: comparison(ahead.length, behind.length),
    ahead_by: ahead.length,
    behind_by: behind.length,
    total_commits: ahead.length,
    commits: ahead.map((commit) => formatCommit(world, repo, commit)),
    files: await changedFiles(world, repo, { args: [mergeBase.sha, head.sha], head: head.sha }),
  });
}

function comparison(ahead: number, behind: number): string {
  if (ahead === 0) return behind === 0 ? 'identical' : 'behind';
  return behind === 0 ? 'ahead' : 'diverged';
}

async function ofPull(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const pull = pullOf(world.tables, repo, call);
  const range = `${pull.base_sha}..${pull.head_sha}`;
  const commits = await readCommits(world.git, repo.full_name, ['--reverse', range]);
  return pageOf(call, world.baseUrl, commits, (commit) => formatCommit(world, repo, commit));
}

async function filesOfPull(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const pull = pullOf(world.tables, repo, call);
  const args = [`${pull.base_sha}...${pull.head_sha}`];
  const files = await changedFiles(world, repo, { args, head: pull.head_sha });
  return pageOf(call, world.baseUrl, files, (file) => file);
}

async function commitOf(world: World, repo: RepoRow, revision: string): Promise<ParsedCommit> {
  const sha = await resolveRef(world, repo, revision);
  const [commit] = await readCommits(world.git, repo.full_name, ['-1', sha]);
  if (commit === undefined) throw notFound();
  return commit;
}

/** A branch, a tag or a commit id, but no other revision syntax of git; 404 or 422 as GitHub. */
export async function resolveRef(world: World, repo: RepoRow, name: string): Promise<string> {
  if (/[\^~:@{}?*[\\]|\.\./.test(name)) throw notFound();
  for (const candidate of [`refs/heads/${name}`, `refs/tags/${name}`, name]) {
    const sha = await world.git.resolve(repo.full_name, candidate);
    if (sha !== null) return sha;
  }
  if (/^[0-9a-f]{40}$/.test(name)) throw unprocessable(`No commit found for SHA: ${name}`);
  throw notFound();
}

function emptyTree(world: World, repo: RepoRow): Promise<string> {
  return world.git.text(repo.full_name, ['hash-object', '-t', 'tree', '-w', '--stdin']);
}

const withoutOwner = (name: string): string => name.slice(name.indexOf(':') + 1);
