import { writeCommit } from '../git/commits.ts';
import { passOn } from '../emulation.ts';
import type { RouteCall } from '../http/call.ts';
import { objectBody, userOf } from '../http/call.ts';
import { forbidden, GitHubError, invalid, json } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { World } from '../world.ts';
import { treeWith, writeBlob } from '../gitdata/objects.ts';
import { findRepo, repoOf, requireAccess } from './access.ts';
import { identityOf } from './merge.ts';
import { syncBeforeRead } from './pull-sync.ts';

/** Repositories: emulate keeps the row, git the rest. */
export function repoRoutes(world: World): Route[] {
  return [
    { method: 'POST', pattern: '/user/repos', handler: (call) => create(world, call) },
    { method: 'GET', pattern: '/repos/:owner/:repo', handler: (call) => get(world, call) },
    { method: 'PATCH', pattern: '/repos/:owner/:repo', handler: (call) => patch(world, call) },
    { method: 'DELETE', pattern: '/repos/:owner/:repo', handler: () => refuse() },
    { method: 'GET', pattern: '/user', handler: (call) => me(world, call) },
  ];
}

async function create(world: World, call: RouteCall): Promise<Reply> {
  const user = userOf(call);
  const body = objectBody(call);
  const name = typeof body['name'] === 'string' ? body['name'] : '';
  if (!/^[\w.-]{1,100}$/.test(name) || /^\.+$|\.git$/.test(name)) {
    throw invalid({
      resource: 'Repository',
      field: 'name',
      code: 'custom',
      message: 'name is invalid',
    });
  }
  if (findRepo(world.tables, user.login, name) !== undefined) {
    const message = 'name already exists on this account';
    throw invalid({ resource: 'Repository', field: 'name', code: 'custom', message });
  }
  const made = Buffer.from(JSON.stringify({ ...body, auto_init: false }));
  const reply = await passOn(world.emulation, { ...call, body: made });
  const repo = findRepo(world.tables, user.login, name);
  if (repo === undefined) return reply;
  world.tables.repos.update(repo.id, { pushed_at: repo.created_at });
  await world.git.create(repo.full_name, repo.default_branch);
  if (body['auto_init'] === true) {
    const sha = await writeBlob(world, repo, Buffer.from(`# ${name}\n`));
    const tree = await treeWith(world, repo, {
      start: null,
      changes: [{ path: 'README.md', mode: '100644', sha }],
    });
    const commit = await writeCommit(world.git, repo.full_name, {
      tree,
      parents: [],
      message: 'Initial commit',
      author: identityOf(user),
      committer: identityOf(user),
      timeMs: world.now(),
    });
    await world.git.text(repo.full_name, [
      'update-ref',
      `refs/heads/${repo.default_branch}`,
      commit,
    ]);
  }
  await syncBeforeRead(world, repo);
  const path = `/repos/${repo.full_name}`;
  const full = await world.emulation.fetch({ method: 'GET', path, user });
  return complete({ ...full, status: reply.status });
}

async function get(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  return complete(await passOn(world.emulation, { ...call, path: `/repos/${repo.full_name}` }));
}

/** What GitHub's description demands of a full repository and emulate leaves out. */
function complete(reply: Reply): Reply {
  const value: unknown = JSON.parse(reply.body.toString('utf8'));
  if (reply.status >= 300 || typeof value !== 'object') return reply;
  return json(reply.status, { ...value, network_count: 0, subscribers_count: 0 });
}

/** Settings only: a new name would leave the folder on disk behind. */
async function patch(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'admin' });
  const body = objectBody(call);
  if ('name' in body && body['name'] !== repo.name) refuse();
  return complete(await passOn(world.emulation, { ...call, path: `/repos/${repo.full_name}` }));
}

function refuse(): never {
  throw new GitHubError(501, 'The embedded forge does not rename or delete repositories.');
}

/** emulate's answer is the public one; who asks for himself gets a little more. */
async function me(world: World, call: RouteCall): Promise<Reply> {
  if (userOf(call).type === 'Bot') throw forbidden('Resource not accessible by integration');
  const reply = await passOn(world.emulation, call);
  const value: unknown = JSON.parse(reply.body.toString('utf8'));
  return json(reply.status, value, { 'x-oauth-scopes': 'repo, user' });
}
