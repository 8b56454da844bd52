import { invalid } from '../http/reply.ts';
import type { EventRow, IssueRow, LabelRow, RepoRow, UserRow } from '../store/rows.ts';
import { isoSeconds } from '../store/store.ts';
import type { World } from '../world.ts';
import { findPull, findUser, may } from './access.ts';
import { nodeId } from './format.ts';

/** What an issue and the pull request of the same number have in common is changed here, in both. */
export interface Target {
  readonly repo: RepoRow;
  readonly issue: IssueRow;
}

/** Saves the fields on the issue, and on its pull request if it is one; bumps `updated_at`. */
export function saveIssue(world: World, target: Target, patch: Partial<IssueRow>): IssueRow {
  const { repo, issue } = target;
  const saved = world.tables.issues.update(issue.id, patch) ?? issue;
  const pull = issue.is_pull_request ? findPull(world.tables, repo, issue.number) : undefined;
  if (pull !== undefined) {
    world.tables.pulls.update(pull.id, {
      title: saved.title,
      body: saved.body,
      state: saved.state,
      closed_at: saved.closed_at,
      locked: saved.locked,
      label_ids: saved.label_ids,
      assignee_ids: saved.assignee_ids,
      comments: saved.comments,
    });
  }
  return saved;
}

export type EventPart = Partial<
  Pick<EventRow, 'label_name' | 'assignee_id' | 'rename' | 'commit_id' | 'commit_url'>
>;

export function addEvent(
  world: World,
  target: Target,
  event: { readonly name: string; readonly actor: UserRow } & EventPart,
): void {
  const { name, actor, ...part } = event;
  const row = world.tables.events.insert({
    node_id: '',
    repo_id: target.repo.id,
    issue_number: target.issue.number,
    event: name,
    actor_id: actor.id,
    commit_id: null,
    commit_url: null,
    label_name: null,
    assignee_id: null,
    milestone_title: null,
    rename: null,
    ...part,
  });
  world.tables.events.update(row.id, { node_id: nodeId('IssueEvent', row.id) });
}

export function setState(
  world: World,
  target: Target,
  to: {
    readonly state: 'open' | 'closed';
    readonly reason?: string | null;
    readonly actor: UserRow;
  } & EventPart,
): IssueRow {
  const { issue, repo } = target;
  const { state, reason, actor, ...part } = to;
  if (issue.state === state) {
    return reason === undefined ? issue : saveIssue(world, target, { state_reason: reason });
  }
  const closed = state === 'closed';
  // A closed pull request is not kept in step with its branch; a reopened one must be looked at.
  if (issue.is_pull_request) world.synced.delete(repo.id);
  const fallback = closed ? 'completed' : 'reopened';
  const saved = saveIssue(world, target, {
    state,
    state_reason: issue.is_pull_request ? null : (reason ?? fallback),
    closed_at: closed ? isoSeconds(world.now()) : null,
    closed_by_id: closed ? actor.id : null,
  });
  countOpen(world, repo, closed ? -1 : 1);
  addEvent(world, target, { name: closed ? 'closed' : 'reopened', actor, ...part });
  return saved;
}

export function countOpen(world: World, repo: RepoRow, by: number): void {
  const count = world.tables.repos.get(repo.id)?.open_issues_count ?? 0;
  world.tables.repos.update(repo.id, { open_issues_count: Math.max(0, count + by) });
}

export function setLabels(
  world: World,
  target: Target,
  to: { readonly labels: readonly LabelRow[]; readonly actor: UserRow },
): IssueRow {
  const before = target.issue.label_ids;
  const after = [...new Set(to.labels.map((label) => label.id))];
  const added = after.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !after.includes(id));
  if (added.length + removed.length === 0) return target.issue;
  const saved = saveIssue(world, target, { label_ids: after });
  const name = (id: number): string => world.tables.labels.get(id)?.name ?? '';
  for (const id of removed) {
    addEvent(world, target, { name: 'unlabeled', actor: to.actor, label_name: name(id) });
  }
  for (const id of added) {
    addEvent(world, target, { name: 'labeled', actor: to.actor, label_name: name(id) });
  }
  return saved;
}

const assigneesMax = 10;

export function setAssignees(
  world: World,
  target: Target,
  to: { readonly ids: readonly number[]; readonly actor: UserRow },
): IssueRow {
  const before = target.issue.assignee_ids;
  // Beyond the tenth GitHub drops silently.
  const after = [...new Set(to.ids)].slice(0, assigneesMax);
  const added = after.filter((id) => !before.includes(id));
  const removed = before.filter((id) => !after.includes(id));
  if (added.length + removed.length === 0) return target.issue;
  const saved = saveIssue(world, target, { assignee_ids: after });
  const { actor } = to;
  for (const id of removed) addEvent(world, target, { name: 'unassigned', actor, assignee_id: id });
  for (const id of added) addEvent(world, target, { name: 'assigned', actor, assignee_id: id });
  return saved;
}

/** The label of that name (names are case-insensitive), made if it is not there. */
export function labelNamed(world: World, repo: RepoRow, name: string): LabelRow {
  const found = findLabel(world, repo, name);
  if (found !== undefined) return found;
  return addLabel(world, repo, { name, color: 'ededed', description: null });
}

export function findLabel(world: World, repo: RepoRow, name: string): LabelRow | undefined {
  return world.tables.labels
    .findBy('repo_id', repo.id)
    .find((label) => label.name.toLowerCase() === name.toLowerCase());
}

export function addLabel(
  world: World,
  repo: RepoRow,
  label: Pick<LabelRow, 'name' | 'color' | 'description'>,
): LabelRow {
  const row = world.tables.labels.insert({
    ...label,
    node_id: '',
    repo_id: repo.id,
    default: false,
  });
  return world.tables.labels.update(row.id, { node_id: nodeId('Label', row.id) }) ?? row;
}

export function addIssue(
  world: World,
  repo: RepoRow,
  issue: Pick<IssueRow, 'title' | 'body' | 'user_id' | 'is_pull_request'>,
): IssueRow {
  const numbers = world.tables.issues.findBy('repo_id', repo.id).map((one) => one.number);
  const row = world.tables.issues.insert({
    ...issue,
    node_id: '',
    number: numbers.reduce((most, one) => Math.max(most, one), 0) + 1,
    repo_id: repo.id,
    state: 'open',
    state_reason: null,
    locked: false,
    active_lock_reason: null,
    assignee_ids: [],
    label_ids: [],
    milestone_id: null,
    comments: 0,
    closed_at: null,
    closed_by_id: null,
  });
  countOpen(world, repo, 1);
  return world.tables.issues.update(row.id, { node_id: nodeId('Issue', row.id) }) ?? row;
}

/** The users of these names who can be assigned: those with push access. */
export function assignable(world: World, repo: RepoRow, logins: readonly string[]): UserRow[] {
  return logins
    .flatMap((login) => findUser(world.tables, login) ?? [])
    .filter((user) => user.type !== 'Bot' && may(world.tables, { repo, user }, 'push'));
}

const titleCharactersMax = 256;
const bodyCharactersMax = 65_536;

export function checkTitle(value: unknown, resource: string): string {
  if (typeof value !== 'string' || value.trim() === '') {
    throw invalid({ resource, field: 'title', code: 'missing_field' });
  }
  if (value.length > titleCharactersMax) throw tooLong(resource, 'title', titleCharactersMax);
  return value.trim();
}

/** A body of an issue, pull request or comment; absent and null are null. */
export function checkBody(value: unknown, resource: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value !== 'string') throw invalid({ resource, field: 'body', code: 'invalid' });
  if (value.length > bodyCharactersMax) throw tooLong(resource, 'body', bodyCharactersMax);
  return value;
}

function tooLong(resource: string, field: string, most: number): Error {
  const message = `${field} is too long (maximum is ${most} characters)`;
  return invalid({ resource, field, code: 'custom', message });
}
