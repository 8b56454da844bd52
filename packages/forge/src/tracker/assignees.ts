import type { RouteCall } from '../http/call.ts';
import { objectBody, userOf } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { json, noContent, notFound } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { World } from '../world.ts';
import { findUser, issueOf, may, repoOf } from './access.ts';
import { assignable, setAssignees } from './changes.ts';
import { formatIssue, formatUser } from './format.ts';

const ofIssue = '/repos/:owner/:repo/issues/:number/assignees';
const ofRepo = '/repos/:owner/:repo/assignees';

export function assigneeRoutes(world: World): Route[] {
  return [
    { method: 'POST', pattern: ofIssue, handler: (call) => change(world, call, 'add') },
    { method: 'DELETE', pattern: ofIssue, handler: (call) => change(world, call, 'remove') },
    { method: 'GET', pattern: ofRepo, handler: (call) => list(world, call) },
    { method: 'GET', pattern: `${ofRepo}/:login`, handler: (call) => check(world, call) },
  ];
}

/** Who may not assign, and whom nobody can assign, is ignored without a word, as on GitHub. */
function change(world: World, call: RouteCall, how: 'add' | 'remove'): Reply {
  const repo = repoOf(world.tables, call);
  const actor = userOf(call);
  let issue = issueOf(world.tables, repo, call);
  const value = objectBody(call)['assignees'];
  const logins = (Array.isArray(value) ? value : [value]).filter((one) => typeof one === 'string');
  if (may(world.tables, { repo, user: actor }, 'triage')) {
    const ids =
      how === 'add'
        ? [...issue.assignee_ids, ...assignable(world, repo, logins).map((user) => user.id)]
        : issue.assignee_ids.filter((id) => !isOneOf(world, id, logins));
    issue = setAssignees(world, { repo, issue }, { ids, actor });
  }
  return json(how === 'add' ? 201 : 200, formatIssue(world, repo, issue));
}

function list(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const users = world.tables.users
    .all()
    .filter((user) => may(world.tables, { repo, user }, 'push'));
  return pageOf(call, world.baseUrl, users, (user) => formatUser(world, user));
}

function check(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  if (assignable(world, repo, [call.param('login')]).length === 0) throw notFound();
  return noContent();
}

function isOneOf(world: World, id: number, logins: readonly string[]): boolean {
  return logins.some((login) => findUser(world.tables, login)?.id === id);
}
