import type { CommentRow, EventRow, IssueRow, LabelRow, RepoRow, UserRow } from '../store/rows.ts';
import type { World } from '../world.ts';
import { associationOf, findPull } from './access.ts';

/** GitHub's JSON for the tracker's rows, by GitHub's OpenAPI description. */
export function formatUser(world: World, user: UserRow): Record<string, unknown> {
  const url = `${world.baseUrl}/users/${user.login}`;
  return {
    login: user.login,
    id: user.id,
    node_id: user.node_id,
    avatar_url: `${world.baseUrl}/avatars/u/${user.login}`,
    gravatar_id: '',
    url,
    html_url: `${world.baseUrl}/${user.login}`,
    followers_url: `${url}/followers`,
    following_url: `${url}/following{/other_user}`,
    gists_url: `${url}/gists{/gist_id}`,
    starred_url: `${url}/starred{/owner}{/repo}`,
    subscriptions_url: `${url}/subscriptions`,
    organizations_url: `${url}/orgs`,
    repos_url: `${url}/repos`,
    events_url: `${url}/events{/privacy}`,
    received_events_url: `${url}/received_events`,
    type: user.type,
    user_view_type: 'public',
    site_admin: user.site_admin,
  };
}

export function formatLabel(world: World, repo: RepoRow, label: LabelRow): Record<string, unknown> {
  return {
    id: label.id,
    node_id: label.node_id,
    url: `${world.baseUrl}/repos/${repo.full_name}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: label.default,
    description: label.description,
  };
}

export function formatIssue(world: World, repo: RepoRow, issue: IssueRow): Record<string, unknown> {
  const { tables } = world;
  const url = `${repoUrl(world, repo)}/issues/${issue.number}`;
  const kind = issue.is_pull_request ? 'pull' : 'issues';
  const assignees = usersOf(world, issue.assignee_ids);
  return {
    url,
    repository_url: repoUrl(world, repo),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: `${htmlUrl(world, repo)}/${kind}/${issue.number}`,
    id: issue.id,
    node_id: issue.node_id,
    number: issue.number,
    title: issue.title,
    user: userById(world, issue.user_id),
    labels: issue.label_ids
      .flatMap((id) => tables.labels.get(id) ?? [])
      .map((label) => formatLabel(world, repo, label)),
    state: issue.state,
    locked: issue.locked,
    assignee: assignees[0] ?? null,
    assignees,
    milestone: null,
    comments: issue.comments,
    created_at: issue.created_at,
    updated_at: issue.updated_at,
    closed_at: issue.closed_at,
    author_association: associationOf(tables, repo, issue.user_id),
    active_lock_reason: issue.active_lock_reason,
    ...pullPart(world, repo, issue),
    body: issue.body,
    closed_by: issue.closed_by_id === null ? null : userById(world, issue.closed_by_id),
    reactions: reactionsAt(url),
    timeline_url: `${url}/timeline`,
    performed_via_github_app: null,
    state_reason: issue.state_reason,
  };
}

export function formatComment(
  world: World,
  repo: RepoRow,
  comment: CommentRow,
): Record<string, unknown> {
  const url = `${repoUrl(world, repo)}/issues/comments/${comment.id}`;
  const number = comment.issue_number ?? 0;
  const kind = findPull(world.tables, repo, number) === undefined ? 'issues' : 'pull';
  return {
    url,
    html_url: `${htmlUrl(world, repo)}/${kind}/${number}#issuecomment-${comment.id}`,
    issue_url: `${repoUrl(world, repo)}/issues/${number}`,
    id: comment.id,
    node_id: comment.node_id,
    user: userById(world, comment.user_id),
    created_at: comment.created_at,
    updated_at: comment.updated_at,
    author_association: associationOf(world.tables, repo, comment.user_id),
    body: comment.body,
    reactions: reactionsAt(url),
    performed_via_github_app: null,
  };
}

export function formatLineComment(
  world: World,
  repo: RepoRow,
  { row, hunk }: { readonly row: CommentRow; readonly hunk: string },
): Record<string, unknown> {
  const url = `${repoUrl(world, repo)}/pulls/comments/${row.id}`;
  const pullUrl = `${repoUrl(world, repo)}/pulls/${row.pull_number ?? 0}`;
  const html = `${htmlUrl(world, repo)}/pull/${row.pull_number ?? 0}#discussion_r${row.id}`;
  return {
    url,
    html_url: html,
    pull_request_url: pullUrl,
    id: row.id,
    node_id: row.node_id,
    pull_request_review_id: row.review_id,
    diff_hunk: hunk,
    path: row.path ?? '',
    commit_id: row.commit_sha ?? '',
    original_commit_id: row.commit_sha ?? '',
    ...(row.in_reply_to_id === null ? {} : { in_reply_to_id: row.in_reply_to_id }),
    user: userById(world, row.user_id),
    body: row.body,
    created_at: row.created_at,
    updated_at: row.updated_at,
    author_association: associationOf(world.tables, repo, row.user_id),
    line: row.line,
    original_line: row.line,
    start_line: null,
    original_start_line: null,
    side: row.side ?? 'RIGHT',
    start_side: null,
    subject_type: 'line',
    reactions: reactionsAt(url),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pullUrl } },
  };
}

export function formatEvent(world: World, repo: RepoRow, event: EventRow): Record<string, unknown> {
  const { tables } = world;
  const label = tables.labels
    .findBy('repo_id', repo.id)
    .find((one) => one.name === event.label_name);
  return {
    id: event.id,
    node_id: event.node_id,
    url: `${repoUrl(world, repo)}/issues/events/${event.id}`,
    actor: userById(world, event.actor_id),
    event: event.event,
    commit_id: event.commit_id,
    commit_url: event.commit_url,
    created_at: event.created_at,
    ...(event.label_name === null
      ? {}
      : { label: { name: event.label_name, color: label?.color ?? 'ededed' } }),
    ...(event.assignee_id === null
      ? {}
      : {
          assignee: userById(world, event.assignee_id),
          assigner: userById(world, event.actor_id),
        }),
    ...(event.milestone_title === null ? {} : { milestone: { title: event.milestone_title } }),
    ...(event.rename === null ? {} : { rename: event.rename }),
    performed_via_github_app: null,
  };
}

export function userById(world: World, id: number): Record<string, unknown> | null {
  const user = world.tables.users.get(id);
  return user === undefined ? null : formatUser(world, user);
}

function usersOf(world: World, ids: readonly number[]): Record<string, unknown>[] {
  return ids
    .flatMap((id) => world.tables.users.get(id) ?? [])
    .map((user) => formatUser(world, user));
}

export const repoUrl = (world: World, repo: RepoRow): string =>
  `${world.baseUrl}/repos/${repo.full_name}`;
export const htmlUrl = (world: World, repo: RepoRow): string =>
  `${world.baseUrl}/${repo.full_name}`;

/** GitHub's node ids are opaque; ours name table and row. */
export function nodeId(type: string, id: number): string {
  return Buffer.from(`0:${type}${id}`).toString('base64').replace(/=+$/, '');
}

function pullPart(world: World, repo: RepoRow, issue: IssueRow): Record<string, unknown> {
  const pull = issue.is_pull_request ? findPull(world.tables, repo, issue.number) : undefined;
  if (pull === undefined) return {};
  const html = `${htmlUrl(world, repo)}/pull/${pull.number}`;
  return {
    draft: pull.draft,
    pull_request: {
      url: `${repoUrl(world, repo)}/pulls/${pull.number}`,
      html_url: html,
      diff_url: `${html}.diff`,
      patch_url: `${html}.patch`,
      merged_at: pull.merged_at,
    },
  };
}

function reactionsAt(url: string): Record<string, unknown> {
  const kinds = ['+1', '-1', 'laugh', 'hooray', 'confused', 'heart', 'rocket', 'eyes'];
  return {
    url: `${url}/reactions`,
    total_count: 0,
    ...Object.fromEntries(kinds.map((kind) => [kind, 0])),
  };
}
