import type { RouteCall } from '../http/call.ts';
import { objectBody, userOf } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { invalid, json, noContent, notFound } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { CommentRow, RepoRow } from '../store/rows.ts';
import { isoSeconds } from '../store/store.ts';
import type { World } from '../world.ts';
import { findIssue, issueOf, numberOf, repoOf, writableComment } from './access.ts';
import { checkBody, saveIssue } from './changes.ts';
import { formatComment, nodeId } from './format.ts';

const ofIssue = '/repos/:owner/:repo/issues/:number/comments';
const ofRepo = '/repos/:owner/:repo/issues/comments';

/** Comments of issues and of pull requests (which are issues, too). */
export function commentRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: ofRepo, handler: (call) => listAll(world, call) },
    { method: 'GET', pattern: `${ofRepo}/:id`, handler: (call) => get(world, call) },
    { method: 'PATCH', pattern: `${ofRepo}/:id`, handler: (call) => edit(world, call) },
    { method: 'DELETE', pattern: `${ofRepo}/:id`, handler: (call) => remove(world, call) },
    { method: 'GET', pattern: ofIssue, handler: (call) => listOfIssue(world, call) },
    { method: 'POST', pattern: ofIssue, handler: (call) => create(world, call) },
  ];
}

function listAll(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const byUpdate = call.query.get('sort') === 'updated';
  const sign = call.query.get('direction') === 'desc' ? -1 : 1;
  const rows = ofKind(world, repo)
    .filter(sinceFilter(call))
    .toSorted((a, b) => {
      const by = byUpdate ? a.updated_at.localeCompare(b.updated_at) : 0;
      return sign * (by === 0 ? a.id - b.id : by);
    });
  return pageOf(call, world.baseUrl, rows, (row) => formatComment(world, repo, row));
}

function listOfIssue(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const issue = issueOf(world.tables, repo, call);
  const rows = ofKind(world, repo)
    .filter((row) => row.issue_number === issue.number)
    .filter(sinceFilter(call))
    .toSorted((a, b) => a.id - b.id);
  return pageOf(call, world.baseUrl, rows, (row) => formatComment(world, repo, row));
}

function get(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  return json(200, formatComment(world, repo, commentOf(world, repo, call)));
}

function create(world: World, call: RouteCall): Reply {
  const repo = repoOf(world.tables, call);
  const actor = userOf(call);
  const issue = issueOf(world.tables, repo, call);
  const row = world.tables.comments.insert({
    node_id: '',
    repo_id: repo.id,
    issue_number: issue.number,
    pull_number: null,
    commit_sha: null,
    body: textIn(call),
    user_id: actor.id,
    in_reply_to_id: null,
    path: null,
    position: null,
    line: null,
    side: null,
    subject_type: null,
    comment_type: 'issue',
    review_id: null,
  });
  // Its times are equal until somebody edits it.
  const { updated_at: at } = row;
  const written = { node_id: nodeId('IssueComment', row.id), updated_at: at };
  const comment = world.tables.comments.update(row.id, written);
  saveIssue(world, { repo, issue }, { comments: issue.comments + 1 });
  return json(201, formatComment(world, repo, comment ?? row));
}

function edit(world: World, call: RouteCall): Reply {
  const { repo, comment } = writableComment(world, call, commentOf);
  const written = { body: textIn(call), last_edited_at: isoSeconds(world.now()) };
  const saved = world.tables.comments.update(comment.id, written) ?? comment;
  touchIssue(world, repo, comment, 0);
  return json(200, formatComment(world, repo, saved));
}

function remove(world: World, call: RouteCall): Reply {
  const { repo, comment } = writableComment(world, call, commentOf);
  world.tables.comments.delete(comment.id);
  touchIssue(world, repo, comment, -1);
  return noContent();
}

function touchIssue(world: World, repo: RepoRow, comment: CommentRow, by: number): void {
  const issue = findIssue(world.tables, repo, comment.issue_number ?? -1);
  if (issue !== undefined) saveIssue(world, { repo, issue }, { comments: issue.comments + by });
}

function commentOf(world: World, repo: RepoRow, call: RouteCall): CommentRow {
  const comment = world.tables.comments.get(numberOf(call.param('id')));
  if (comment?.repo_id !== repo.id || comment.comment_type !== 'issue') throw notFound();
  return comment;
}

function ofKind(world: World, repo: RepoRow): CommentRow[] {
  return world.tables.comments
    .findBy('repo_id', repo.id)
    .filter((row) => row.comment_type === 'issue');
}

function sinceFilter(call: RouteCall): (row: CommentRow) => boolean {
  const sinceMs = Date.parse(call.query.get('since') ?? '');
  return (row) => Number.isNaN(sinceMs) || Date.parse(row.updated_at) >= sinceMs;
}

function textIn(call: RouteCall): string {
  const text = checkBody(objectBody(call)['body'], 'IssueComment');
  if (text !== null && text.trim() !== '') return text;
  throw invalid({ resource: 'IssueComment', code: 'missing_field', field: 'body' });
}
