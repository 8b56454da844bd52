import type { RouteCall } from '../http/call.ts';
import { objectBody } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { invalid, json, unprocessable } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { RepoRow, StatusRow } from '../store/rows.ts';
import { repoOf, requireAccess } from '../tracker/access.ts';
import { nodeId, repoUrl, userById } from '../tracker/format.ts';
import type { World } from '../world.ts';
import { resolveRef } from './commits.ts';

const repoPath = '/repos/:owner/:repo';

/** Commit statuses, which emulate does not have. */
export function statusRoutes(world: World): Route[] {
  return [
    {
      method: 'POST',
      pattern: `${repoPath}/statuses/:sha`,
      handler: (call) => create(world, call),
    },
    {
      method: 'GET',
      pattern: `${repoPath}/commits/*ref/statuses`,
      handler: (call) => list(world, call),
    },
    {
      method: 'GET',
      pattern: `${repoPath}/commits/*ref/status`,
      handler: (call) => combined(world, call),
    },
  ];
}

async function create(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const actor = requireAccess(world.tables, call, { repo, least: 'push' });
  const sha = call.param('sha');
  if ((await world.git.resolve(repo.full_name, sha)) !== sha) {
    throw unprocessable(`No commit found for SHA: ${sha}`);
  }
  const body = objectBody(call);
  const state = body['state'];
  if (state !== 'error' && state !== 'failure' && state !== 'pending' && state !== 'success') {
    throw invalid({
      resource: 'Status',
      field: 'state',
      code: 'custom',
      message: 'state is not included in the list',
    });
  }
  const text = (key: string): string | null => {
    const value = body[key];
    return typeof value === 'string' ? value : null;
  };
  const row = world.tables.statuses.insert({
    repo_id: repo.id,
    sha,
    state,
    target_url: text('target_url'),
    description: text('description'),
    context: text('context') ?? 'default',
    creator_id: actor.id,
  });
  return json(201, format(world, repo, row));
}

async function list(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const sha = await resolveRef(world, repo, call.param('ref'));
  return pageOf(call, world.baseUrl, statusesOf(world, repo, sha), (row) =>
    format(world, repo, row),
  );
}

async function combined(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const sha = await resolveRef(world, repo, call.param('ref'));
  const latest = new Map<string, StatusRow>();
  for (const row of statusesOf(world, repo, sha).toReversed()) latest.set(row.context, row);
  const rows = [...latest.values()];
  const repository = await world.emulation.fetch({
    method: 'GET',
    path: `/repos/${repo.full_name}`,
    user: call.user,
  });
  const url = `${repoUrl(world, repo)}/commits/${sha}`;
  return json(200, {
    state: combinedState(rows),
    statuses: rows.map((row) => withoutCreator(format(world, repo, row))),
    sha,
    total_count: rows.length,
    repository: JSON.parse(repository.body.toString('utf8')) as unknown,
    commit_url: url,
    url: `${url}/status`,
  });
}

function combinedState(rows: readonly StatusRow[]): 'failure' | 'pending' | 'success' {
  if (rows.some((row) => row.state === 'failure' || row.state === 'error')) return 'failure';
  return rows.length === 0 || rows.some((row) => row.state === 'pending') ? 'pending' : 'success';
}

/** Newest first. */
function statusesOf(world: World, repo: RepoRow, sha: string): StatusRow[] {
  return world.tables.statuses
    .findBy('sha', sha)
    .filter((row) => row.repo_id === repo.id)
    .toSorted((a, b) => b.id - a.id);
}

function format(world: World, repo: RepoRow, row: StatusRow): Record<string, unknown> {
  return {
    url: `${repoUrl(world, repo)}/statuses/${row.sha}`,
    avatar_url: null,
    id: row.id,
    node_id: nodeId('StatusContext', row.id),
    state: row.state,
    description: row.description,
    target_url: row.target_url,
    context: row.context,
    created_at: row.created_at,
    updated_at: row.updated_at,
    creator: userById(world, row.creator_id),
  };
}

function withoutCreator(status: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(status).filter(([key]) => key !== 'creator'));
}
