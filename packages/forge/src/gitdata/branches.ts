import { readCommits } from '../git/commits.ts';
import type { RouteCall } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { GitHubError, json } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import { htmlUrl, repoUrl } from '../tracker/format.ts';
import { repoOf } from '../tracker/access.ts';
import type { World } from '../world.ts';
import { formatCommit } from './format.ts';

const branches = '/repos/:owner/:repo/branches';

export function branchRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: branches, handler: (call) => list(world, call) },
    { method: 'GET', pattern: `${branches}/*branch`, handler: (call) => get(world, call) },
  ];
}

async function list(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const refs = [...(await world.git.refs(repo.full_name, 'refs/heads/'))];
  return pageOf(call, world.baseUrl, refs, ([name, sha]) => ({
    name: name.slice('refs/heads/'.length),
    commit: { sha, url: `${repoUrl(world, repo)}/commits/${sha}` },
    protected: false,
  }));
}

async function get(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const name = call.param('branch');
  const sha = await world.git.resolve(repo.full_name, `refs/heads/${name}`);
  const [commit] = sha === null ? [] : await readCommits(world.git, repo.full_name, ['-1', sha]);
  if (commit === undefined) throw new GitHubError(404, 'Branch not found');
  const self = `${repoUrl(world, repo)}/branches/${name}`;
  return json(200, {
    name,
    commit: formatCommit(world, repo, commit),
    _links: { self, html: `${htmlUrl(world, repo)}/tree/${name}` },
    protected: false,
    protection: {
      enabled: false,
      required_status_checks: { enforcement_level: 'off', contexts: [], checks: [] },
    },
    protection_url: `${self}/protection`,
  });
}
