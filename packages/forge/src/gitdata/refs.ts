import type { GitRef } from '../git/host.ts';
import type { RouteCall } from '../http/call.ts';
import { objectBody } from '../http/call.ts';
import { GitHubError, json, noContent, notFound, unprocessable } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { RepoRow, UserRow } from '../store/rows.ts';
import { isAncestor } from '../tracker/pull-git.ts';
import { syncWithRefs } from '../tracker/pull-sync.ts';
import { nodeId, repoUrl } from '../tracker/format.ts';
import { repoOf, requireAccess } from '../tracker/access.ts';
import type { World } from '../world.ts';

const git = '/repos/:owner/:repo/git';

/** References by REST, straight from and to the bare repository; every move is git's own compare-and-swap. */
export function refRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: `${git}/ref/*ref`, handler: (call) => get(world, call) },
    {
      method: 'GET',
      pattern: `${git}/matching-refs/*ref`,
      handler: (call) => matching(world, call),
    },
    { method: 'POST', pattern: `${git}/refs`, handler: (call) => create(world, call) },
    { method: 'PATCH', pattern: `${git}/refs/*ref`, handler: (call) => update(world, call) },
    { method: 'DELETE', pattern: `${git}/refs/*ref`, handler: (call) => remove(world, call) },
  ];
}

async function get(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const name = `refs/${call.param('ref')}`;
  const refs = await world.git.listRefs(repo.full_name, name);
  const ref = refs.find((one) => one.name === name);
  if (ref === undefined) throw notFound();
  return json(200, formatRef(world, repo, ref));
}

async function matching(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const prefix = `refs/${call.param('ref')}`;
  const refs = await world.git.listRefs(repo.full_name, 'refs/');
  const found = refs.filter((ref) => ref.name.startsWith(prefix));
  // All of them: GitHub has no pages here.
  return json(
    200,
    found.map((ref) => formatRef(world, repo, ref)),
  );
}

function create(world: World, call: RouteCall): Promise<Reply> {
  return writing(world, call, async (repo) => {
    const body = objectBody(call);
    const name = typeof body['ref'] === 'string' ? body['ref'] : '';
    const sha = shaIn(body['sha']);
    // GitHub wants `refs/` and two more parts, and a name that git takes.
    if (!/^refs\/[^/]+\/.+/.test(name)) {
      throw unprocessable("Reference name must start with 'refs/' and have at least two slashes.");
    }
    if ((await world.git.run(repo.full_name, ['check-ref-format', name])).code !== 0) {
      throw unprocessable(`${name} is not a valid ref name.`);
    }
    const wanted = name.startsWith('refs/heads/') ? 'commit' : 'object';
    if ((await world.git.resolve(repo.full_name, sha, wanted)) === null) {
      throw unprocessable('Object does not exist');
    }
    if ((await world.git.refs(repo.full_name, name)).has(name)) throw alreadyExists();
    const made = await world.git.run(repo.full_name, ['update-ref', name, sha, zeroId]);
    if (made.code !== 0) throw alreadyExists();
    const type = await world.git.text(repo.full_name, ['cat-file', '-t', sha]);
    return json(201, formatRef(world, repo, { name, sha, type }));
  });
}

function update(world: World, call: RouteCall): Promise<Reply> {
  return writing(world, call, async (repo) => {
    const name = `refs/${call.param('ref')}`;
    const body = objectBody(call);
    const sha = shaIn(body['sha']);
    const old = (await world.git.refs(repo.full_name, name)).get(name);
    if (old === undefined) throw unprocessable('Reference does not exist');
    if ((await world.git.resolve(repo.full_name, sha)) === null) {
      throw unprocessable('Object does not exist');
    }
    const forward = await isAncestor(world, repo, { ancestor: old, of: sha });
    if (!forward && body['force'] !== true) throw unprocessable('Update is not a fast forward');
    const moved = await world.git.run(repo.full_name, ['update-ref', name, sha, old]);
    if (moved.code !== 0) throw new GitHubError(409, 'Reference cannot be updated');
    return json(200, formatRef(world, repo, { name, sha, type: 'commit' }));
  });
}

function remove(world: World, call: RouteCall): Promise<Reply> {
  return writing(world, call, async (repo) => {
    const name = `refs/${call.param('ref')}`;
    const old = (await world.git.refs(repo.full_name, name)).get(name);
    if (old === undefined) throw unprocessable('Reference does not exist');
    if (name === `refs/heads/${repo.default_branch}`) {
      throw unprocessable('Cannot delete the default branch');
    }
    const gone = await world.git.run(repo.full_name, ['update-ref', '-d', name, old]);
    if (gone.code !== 0) throw new GitHubError(409, 'Reference cannot be deleted');
    return noContent();
  });
}

/** Checks push access, holds the repository's lock, and brings the rows in step afterwards. */
export async function writing(
  world: World,
  call: RouteCall,
  work: (repo: RepoRow, actor: UserRow) => Promise<Reply>,
): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const actor = requireAccess(world.tables, call, { repo, least: 'push' });
  return world.git.locked(repo.full_name, async () => {
    const reply = await work(repo, actor);
    await syncWithRefs(world, repo, actor);
    return reply;
  });
}

const zeroId = '0'.repeat(40);

function alreadyExists(): GitHubError {
  return unprocessable('Reference already exists');
}

function shaIn(value: unknown): string {
  if (typeof value === 'string' && /^[0-9a-f]{40}$/.test(value)) return value;
  throw unprocessable('The sha parameter must be exactly 40 characters and contain only [0-9a-f].');
}

function formatRef(world: World, repo: RepoRow, ref: GitRef): Record<string, unknown> {
  const url = `${repoUrl(world, repo)}/git`;
  const { name, sha, type } = ref;
  return {
    ref: name,
    node_id: nodeId(`Ref:${repo.id}:${name}:`, 0),
    url: `${url}/${name}`,
    object: { sha, type, url: `${url}/${type}s/${sha}` },
  };
}
