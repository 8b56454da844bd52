import type { RouteCall } from '../http/call.ts';
import { objectBody } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { invalid, json, noContent, notFound } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { Permission, RepoRow, UserRow } from '../store/rows.ts';
import type { World } from '../world.ts';
import { findUser, may, permissionOf, repoOf, requireAccess } from './access.ts';
import { formatUser } from './format.ts';

const collaborators = '/repos/:owner/:repo/collaborators';

export function collaboratorRoutes(world: World): Route[] {
  const one = `${collaborators}/:login`;
  return [
    { method: 'GET', pattern: collaborators, handler: (call) => list(world, call) },
    { method: 'GET', pattern: one, handler: (call) => check(world, call) },
    { method: 'GET', pattern: `${one}/permission`, handler: (call) => permission(world, call) },
    { method: 'PUT', pattern: one, handler: (call) => add(world, call) },
    { method: 'DELETE', pattern: one, handler: (call) => remove(world, call) },
  ];
}

/** Who has a part in the repository: the owner, too. */
function list(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  const users = world.tables.users.all().filter((user) => hasPart(world, repo, user));
  return pageOf(call, world.baseUrl, users, (user) => formatWithRole(world, repo, user));
}

function check(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  if (!hasPart(world, repo, userNamed(world, call))) throw notFound();
  return noContent();
}

function permission(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  const user = userNamed(world, call);
  const has = permissionOf(world.tables, repo, user);
  return json(200, {
    permission: has === null ? 'none' : (oldWords[has] ?? 'read'),
    role_name: has === null ? 'none' : roleWords[has],
    user: formatWithRole(world, repo, user),
  });
}

/** On GitHub this is an invitation that the other accepts; here it is accepted at once. */
function add(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'admin' });
  const user = userNamed(world, call);
  const level = permissionIn(objectBody(call)['permission']);
  const row = rowOf(world, repo, user);
  if (user.id === repo.owner_id) {
    throw invalid({ resource: 'Repository', code: 'custom', message: 'is the owner' });
  }
  if (row === undefined) {
    const made = { repo_id: repo.id, user_id: user.id, permission: level };
    world.tables.collaborators.insert(made);
  } else world.tables.collaborators.update(row.id, { permission: level });
  return noContent();
}

function remove(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'admin' });
  const row = rowOf(world, repo, userNamed(world, call));
  if (row !== undefined) world.tables.collaborators.delete(row.id);
  return noContent();
}

/** GitHub has three sets of words for the same five levels. */
const roleWords: Record<Permission, string> = {
  pull: 'read',
  triage: 'triage',
  push: 'write',
  maintain: 'maintain',
  admin: 'admin',
};
const oldWords: Partial<Record<Permission, string>> = {
  push: 'write',
  maintain: 'write',
  admin: 'admin',
};

function permissionIn(value: unknown): Permission {
  const given = value === undefined ? 'push' : value;
  for (const level of ['pull', 'triage', 'push', 'maintain', 'admin'] as const) {
    if (given === level) return level;
  }
  throw invalid({ resource: 'Repository', field: 'permission', code: 'invalid' });
}

function formatWithRole(world: World, repo: RepoRow, user: UserRow): Record<string, unknown> {
  const can = (least: Permission): boolean => may(world.tables, { repo, user }, least);
  const has = permissionOf(world.tables, repo, user);
  return {
    ...formatUser(world, user),
    permissions: {
      admin: can('admin'),
      maintain: can('maintain'),
      push: can('push'),
      triage: can('triage'),
      pull: can('pull'),
    },
    role_name: has === null ? 'none' : roleWords[has],
  };
}

function hasPart(world: World, repo: RepoRow, user: UserRow): boolean {
  return user.id === repo.owner_id || rowOf(world, repo, user) !== undefined;
}

function rowOf(world: World, repo: RepoRow, user: UserRow): { readonly id: number } | undefined {
  const rows = world.tables.collaborators.findBy('repo_id', repo.id);
  return rows.find((row) => row.user_id === user.id);
}

function userNamed(world: World, call: RouteCall): UserRow {
  const user = findUser(world.tables, call.param('login'));
  if (user === undefined) throw notFound();
  return user;
}
