import type { RouteCall } from '../http/call.ts';
import { objectBody, userOf } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { forbidden, GitHubError, invalid, json } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { IssueRow, RepoRow, UserRow } from '../store/rows.ts';
import type { World } from '../world.ts';
import { findUser, issueOf, may, repoOf } from './access.ts';
import {
  addEvent,
  addIssue,
  assignable,
  checkBody,
  checkTitle,
  labelNamed,
  saveIssue,
  setAssignees,
  setLabels,
  setState,
} from './changes.ts';
import { formatIssue } from './format.ts';
import { labelNamesIn } from './labels.ts';

const issues = '/repos/:owner/:repo/issues';

export function issueRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: issues, handler: (call) => list(world, call) },
    { method: 'POST', pattern: issues, handler: (call) => create(world, call) },
    { method: 'GET', pattern: `${issues}/:number`, handler: (call) => get(world, call) },
    { method: 'PATCH', pattern: `${issues}/:number`, handler: (call) => patch(world, call) },
  ];
}

/** GitHub lists pull requests here too; they carry `pull_request`. */
function list(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const rows = world.tables.issues.findBy('repo_id', repo.id).filter(filterOf(world, repo, call));
  return pageOf(call, world.baseUrl, rows.toSorted(orderOf(call)), (row) =>
    formatIssue(world, repo, row),
  );
}

function create(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const actor = userOf(call);
  const body = objectBody(call);
  refuseMilestone(body);
  const title = checkTitle(body['title'], 'Issue');
  const text = checkBody(body['body'], 'Issue');
  const trusted = may(world.tables, { repo, user: actor }, 'triage');
  const assignees = trusted ? namedAssignees(world, repo, body['assignees']) : [];
  const labels = trusted ? labelNamesIn(body['labels'] ?? []) : [];

  let issue = addIssue(world, repo, {
    title,
    body: text,
    user_id: actor.id,
    is_pull_request: false,
  });
  const rows = labels.map((name) => labelNamed(world, repo, name));
  issue = setLabels(world, { repo, issue }, { labels: rows, actor });
  issue = setAssignees(world, { repo, issue }, { ids: assignees.map((user) => user.id), actor });
  const location = `${world.baseUrl}/repos/${repo.full_name}/issues/${issue.number}`;
  return json(201, formatIssue(world, repo, issue), { location });
}

function get(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  return json(200, formatIssue(world, repo, issueOf(world.tables, repo, call)));
}

function patch(world: World, call: RouteCall): Reply {
  const { tables } = world;
  const repo = repoOf(tables, call);
  const actor = userOf(call);
  let issue = issueOf(tables, repo, call);
  const trusted = may(tables, { repo, user: actor }, 'triage');
  if (!trusted && issue.user_id !== actor.id) {
    throw forbidden('Must have admin rights to Repository.');
  }
  const body = objectBody(call);
  refuseMilestone(body);
  const state = checkState(body['state']);
  const assignees =
    trusted && 'assignees' in body ? namedAssignees(world, repo, body['assignees']) : null;
  const labels = trusted && 'labels' in body ? labelNamesIn(body['labels']) : null;

  issue = editText(world, { repo, issue }, { body, actor });
  if (state !== undefined) {
    const reason = typeof body['state_reason'] === 'string' ? body['state_reason'] : undefined;
    issue = setState(
      world,
      { repo, issue },
      { state, actor, ...(reason === undefined ? {} : { reason }) },
    );
  }
  if (labels !== null) {
    const rows = labels.map((name) => labelNamed(world, repo, name));
    issue = setLabels(world, { repo, issue }, { labels: rows, actor });
  }
  if (assignees !== null) {
    issue = setAssignees(world, { repo, issue }, { ids: assignees.map((user) => user.id), actor });
  }
  return json(200, formatIssue(world, repo, issue));
}

/** A new title leaves a `renamed` event, a new body an edit, as on GitHub. */
export function editText(
  world: World,
  target: { readonly repo: RepoRow; readonly issue: IssueRow },
  edit: { readonly body: Record<string, unknown>; readonly actor: UserRow },
): IssueRow {
  const { repo, issue } = target;
  const title = 'title' in edit.body ? checkTitle(edit.body['title'], 'Issue') : issue.title;
  const text = 'body' in edit.body ? checkBody(edit.body['body'], 'Issue') : issue.body;
  if (title === issue.title && text === issue.body) return issue;
  const saved = saveIssue(world, { repo, issue }, { title, body: text });
  if (title !== issue.title) {
    const rename = { from: issue.title, to: title };
    addEvent(world, { repo, issue }, { name: 'renamed', actor: edit.actor, rename });
  }
  if (text !== issue.body) {
    world.tables.edits.insert({ issue_id: issue.id, editor_id: edit.actor.id, body: text });
  }
  return saved;
}

/** Ignoring it silently would be worse. */
function refuseMilestone(body: Record<string, unknown>): void {
  if (body['milestone'] === undefined || body['milestone'] === null) return;
  throw new GitHubError(501, 'The embedded forge has no milestones.');
}

function checkState(value: unknown): 'open' | 'closed' | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === 'open' || value === 'closed') return value;
  throw invalid({ resource: 'Issue', field: 'state', code: 'invalid' });
}

/** Unlike the assignees route, an issue with a name that cannot be assigned is refused. */
function namedAssignees(world: World, repo: RepoRow, value: unknown): UserRow[] {
  const logins = Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  const users = assignable(world, repo, logins);
  const unknown = logins.find(
    (login) => !users.some((user) => user.login.toLowerCase() === login.toLowerCase()),
  );
  if (unknown === undefined) return users;
  throw invalid({ value: unknown, resource: 'Issue', field: 'assignees', code: 'invalid' });
}

function filterOf(world: World, repo: RepoRow, call: RouteCall): (issue: IssueRow) => boolean {
  const { query } = call;
  const state = query.get('state') ?? 'open';
  const labels = (query.get('labels') ?? '').split(',').flatMap((name) => name.trim() || []);
  const labelIds = labels.map(
    (name) =>
      world.tables.labels
        .findBy('repo_id', repo.id)
        .find((label) => label.name.toLowerCase() === name.toLowerCase())?.id,
  );
  const assignee = query.get('assignee') ?? '';
  const assigneeId = findUser(world.tables, assignee)?.id ?? -1;
  const creator = query.get('creator');
  const creatorId = creator === null ? null : (findUser(world.tables, creator)?.id ?? -1);
  const sinceMs = Date.parse(query.get('since') ?? '');
  return (issue) =>
    (state === 'all' || issue.state === state) &&
    labelIds.every((id) => id !== undefined && issue.label_ids.includes(id)) &&
    (creatorId === null || issue.user_id === creatorId) &&
    (Number.isNaN(sinceMs) || Date.parse(issue.updated_at) >= sinceMs) &&
    (assignee === '' ||
      (assignee === 'none' && issue.assignee_ids.length === 0) ||
      (assignee === '*' && issue.assignee_ids.length > 0) ||
      issue.assignee_ids.includes(assigneeId));
}

function orderOf(call: RouteCall): (a: IssueRow, b: IssueRow) => number {
  const sort = call.query.get('sort');
  const sign = call.query.get('direction') === 'asc' ? 1 : -1;
  return (a, b) => {
    const by =
      sort === 'comments'
        ? a.comments - b.comments
        : sort === 'updated'
          ? Date.parse(a.updated_at) - Date.parse(b.updated_at)
          : a.number - b.number;
    return sign * (by === 0 ? a.number - b.number : by);
  };
}
