import type { RouteCall } from '../http/call.ts';
import { jsonBody, objectBody } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { GitHubError, invalid, json, noContent, notFound } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { IssueRow, LabelRow, RepoRow, UserRow } from '../store/rows.ts';
import type { World } from '../world.ts';
import { issueOf, repoOf, requireAccess } from './access.ts';
import { addLabel, findLabel, labelNamed, saveIssue, setLabels } from './changes.ts';
import { formatLabel } from './format.ts';

const ofRepo = '/repos/:owner/:repo/labels';
const ofIssue = '/repos/:owner/:repo/issues/:number/labels';

export function labelRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: ofRepo, handler: (call) => listAll(world, call) },
    { method: 'POST', pattern: ofRepo, handler: (call) => create(world, call) },
    { method: 'GET', pattern: `${ofRepo}/:name`, handler: (call) => getOne(world, call) },
    { method: 'PATCH', pattern: `${ofRepo}/:name`, handler: (call) => rename(world, call) },
    { method: 'DELETE', pattern: `${ofRepo}/:name`, handler: (call) => drop(world, call) },
    { method: 'GET', pattern: ofIssue, handler: (call) => listOfIssue(world, call) },
    { method: 'POST', pattern: ofIssue, handler: (call) => add(world, call) },
    { method: 'PUT', pattern: ofIssue, handler: (call) => replace(world, call) },
    { method: 'DELETE', pattern: `${ofIssue}/:name`, handler: (call) => remove(world, call) },
    { method: 'DELETE', pattern: ofIssue, handler: (call) => removeAll(world, call) },
  ];
}

/** Label names as GitHub takes them: strings, or objects with a name. */
export function labelNamesIn(value: unknown): string[] {
  if (!Array.isArray(value)) throw invalid({ resource: 'Label', field: 'labels', code: 'invalid' });
  return value.map((one: unknown) => {
    const name: unknown = typeof one === 'object' && one !== null && 'name' in one ? one.name : one;
    if (typeof name === 'string' && name.trim() !== '') return name.trim();
    throw invalid({ resource: 'Label', field: 'name', code: 'invalid' });
  });
}

function listAll(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const rows = world.tables.labels
    .findBy('repo_id', repo.id)
    .toSorted((a, b) => a.name.localeCompare(b.name));
  return pageOf(call, world.baseUrl, rows, (row) => formatLabel(world, repo, row));
}

function create(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  const body = objectBody(call);
  const name = typeof body['name'] === 'string' ? body['name'].trim() : '';
  if (name === '') throw invalid({ resource: 'Label', field: 'name', code: 'missing_field' });
  if (findLabel(world, repo, name) !== undefined) {
    throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
  }
  const description = typeof body['description'] === 'string' ? body['description'] : null;
  const label = addLabel(world, repo, { name, color: colorIn(body['color']), description });
  return json(201, formatLabel(world, repo, label));
}

function getOne(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  return json(200, formatLabel(world, repo, labelOf(world, repo, call)));
}

function rename(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  const label = labelOf(world, repo, call);
  const body = objectBody(call);
  const name = typeof body['new_name'] === 'string' ? body['new_name'].trim() : label.name;
  const taken = findLabel(world, repo, name);
  if (taken !== undefined && taken.id !== label.id) {
    throw invalid({ resource: 'Label', code: 'already_exists', field: 'name' });
  }
  const saved = world.tables.labels.update(label.id, {
    name,
    color: body['color'] === undefined ? label.color : colorIn(body['color']),
    description: typeof body['description'] === 'string' ? body['description'] : label.description,
  });
  return json(200, formatLabel(world, repo, saved ?? label));
}

function drop(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  requireAccess(world.tables, call, { repo, least: 'push' });
  const label = labelOf(world, repo, call);
  for (const issue of world.tables.issues.findBy('repo_id', repo.id)) {
    if (!issue.label_ids.includes(label.id)) continue;
    saveIssue(
      world,
      { repo, issue },
      { label_ids: issue.label_ids.filter((id) => id !== label.id) },
    );
  }
  world.tables.labels.delete(label.id);
  return noContent();
}

function listOfIssue(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const rows = labelsOf(world, issueOf(world.tables, repo, call));
  return pageOf(call, world.baseUrl, rows, (row) => formatLabel(world, repo, row));
}

function add(world: World, call: RouteCall): Reply {
  const on = target(world, call);
  const names = labelNamesIn(namesField(jsonBody(call)));
  const added = names.map((name) => labelNamed(world, on.repo, name));
  return set(world, on, [...labelsOf(world, on.issue), ...added]);
}

function replace(world: World, call: RouteCall): Reply {
  const on = target(world, call);
  const names = labelNamesIn(namesField(jsonBody(call)) ?? []);
  return set(
    world,
    on,
    names.map((name) => labelNamed(world, on.repo, name)),
  );
}

function remove(world: World, call: RouteCall): Reply {
  const on = target(world, call);
  const label = findLabel(world, on.repo, call.param('name'));
  if (label === undefined || !on.issue.label_ids.includes(label.id)) {
    throw new GitHubError(404, 'Label does not exist');
  }
  return set(
    world,
    on,
    labelsOf(world, on.issue).filter((one) => one.id !== label.id),
  );
}

function removeAll(world: World, call: RouteCall): Reply {
  set(world, target(world, call), []);
  return noContent();
}

interface LabelTarget {
  readonly repo: RepoRow;
  readonly issue: IssueRow;
  readonly actor: UserRow;
}

function target(world: World, call: RouteCall): LabelTarget {
  const repo = repoOf(world.tables, call);
  const issue = issueOf(world.tables, repo, call);
  return { repo, issue, actor: requireAccess(world.tables, call, { repo, least: 'triage' }) };
}

function set(world: World, on: LabelTarget, labels: readonly LabelRow[]): Reply {
  const issue = setLabels(world, on, { labels, actor: on.actor });
  return json(
    200,
    labelsOf(world, issue).map((label) => formatLabel(world, on.repo, label)),
  );
}

function labelsOf(world: World, issue: IssueRow): LabelRow[] {
  return issue.label_ids.flatMap((id) => world.tables.labels.get(id) ?? []);
}

function labelOf(world: World, repo: RepoRow, call: RouteCall): LabelRow {
  const label = findLabel(world, repo, call.param('name'));
  if (label === undefined) throw notFound();
  return label;
}

function namesField(body: unknown): unknown {
  return typeof body === 'object' && body !== null && 'labels' in body ? body.labels : body;
}

function colorIn(value: unknown): string {
  if (value === undefined || value === null) return 'ededed';
  if (typeof value === 'string' && /^[0-9a-fA-F]{6}$/.test(value)) return value.toLowerCase();
  throw invalid({ resource: 'Label', code: 'invalid', field: 'color' });
}
