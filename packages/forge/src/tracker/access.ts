import type { RouteCall } from '../http/call.ts';
import { userOf } from '../http/call.ts';
import { forbidden, notFound } from '../http/reply.ts';
import type {
  CommentRow,
  IssueRow,
  Permission,
  PullRow,
  RepoRow,
  Tables,
  UserRow,
} from '../store/rows.ts';
import type { World } from '../world.ts';

const order: readonly Permission[] = ['pull', 'triage', 'push', 'maintain', 'admin'];

/** What the user may do in the repository; null when not even see it. */
export function permissionOf(
  tables: Tables,
  repo: RepoRow,
  user: UserRow | null,
): Permission | null {
  if (user !== null) {
    if (repo.owner_type === 'User' && repo.owner_id === user.id) return 'admin';
    const row = tables.collaborators
      .findBy('repo_id', repo.id)
      .find((one) => one.user_id === user.id);
    if (row !== undefined) return row.permission;
    const installed = tables.installations
      .findBy('repo_id', repo.id)
      .find((one) => one.user_id === user.id);
    if (installed !== undefined) return installed.permission;
  }
  return repo.private ? null : 'pull';
}

export function may(
  tables: Tables,
  who: { readonly repo: RepoRow; readonly user: UserRow | null },
  least: Permission,
): boolean {
  const has = permissionOf(tables, who.repo, who.user);
  return has !== null && order.indexOf(has) >= order.indexOf(least);
}

/** What was written is changed by whoever wrote it, or may push. */
export function mayUpdate(
  tables: Tables,
  who: { readonly repo: RepoRow; readonly user: UserRow | null },
  written: { readonly user_id: number },
): boolean {
  return written.user_id === who.user?.id || may(tables, who, 'push');
}

/** The comment that a call is about, where whoever calls may change it. Throws 404 and 403. */
export function writableComment(
  world: World,
  call: RouteCall,
  commentOf: (world: World, repo: RepoRow, call: RouteCall) => CommentRow,
): { repo: RepoRow; comment: CommentRow } {
  const repo = repoOf(world.tables, call);
  const actor = userOf(call);
  const comment = commentOf(world, repo, call);
  if (!mayUpdate(world.tables, { repo, user: actor }, comment)) {
    throw forbidden('Must have admin rights to Repository.');
  }
  return { repo, comment };
}

export type AuthorAssociation = 'OWNER' | 'COLLABORATOR' | 'NONE';

export function associationOf(tables: Tables, repo: RepoRow, userId: number): AuthorAssociation {
  if (repo.owner_type === 'User' && repo.owner_id === userId) return 'OWNER';
  const rows = tables.collaborators.findBy('repo_id', repo.id);
  return rows.some((one) => one.user_id === userId) ? 'COLLABORATOR' : 'NONE';
}

/** Owner and name are case-insensitive on GitHub. */
export function findRepo(tables: Tables, owner: string, name: string): RepoRow | undefined {
  const fullName = `${owner}/${name}`;
  return (
    tables.repos.findOneBy('full_name', fullName) ??
    tables.repos.all().find((repo) => repo.full_name.toLowerCase() === fullName.toLowerCase())
  );
}

export function findUser(tables: Tables, login: string): UserRow | undefined {
  return (
    tables.users.findOneBy('login', login) ??
    tables.users.all().find((user) => user.login.toLowerCase() === login.toLowerCase())
  );
}

/** The repository that the path names, if the caller may see it; 404 otherwise. */
export function repoOf(tables: Tables, call: RouteCall): RepoRow {
  const repo = findRepo(tables, call.param('owner'), call.param('repo'));
  if (repo === undefined || permissionOf(tables, repo, call.user) === null) throw notFound();
  return repo;
}

/** The caller, who must have at least this permission; 401, 403 otherwise. */
export function requireAccess(
  tables: Tables,
  call: RouteCall,
  need: { readonly repo: RepoRow; readonly least: Permission },
): UserRow {
  const user = userOf(call);
  if (may(tables, { repo: need.repo, user }, need.least)) return user;
  throw forbidden('Must have write access to the repository.');
}

export function issueOf(tables: Tables, repo: RepoRow, call: RouteCall): IssueRow {
  const issue = findIssue(tables, repo, numberOf(call.param('number')));
  if (issue === undefined) throw notFound();
  return issue;
}

export function findIssue(tables: Tables, repo: RepoRow, number: number): IssueRow | undefined {
  return tables.issues.findBy('repo_id', repo.id).find((one) => one.number === number);
}

export function findPull(tables: Tables, repo: RepoRow, number: number): PullRow | undefined {
  return tables.pulls.findBy('repo_id', repo.id).find((one) => one.number === number);
}

export function pullOf(tables: Tables, repo: RepoRow, call: RouteCall): PullRow {
  const pull = findPull(tables, repo, numberOf(call.param('number')));
  if (pull === undefined) throw notFound();
  return pull;
}

export function numberOf(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw notFound();
  return Number(text);
}
