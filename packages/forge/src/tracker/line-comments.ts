import type { RouteCall } from '../http/call.ts';
import { objectBody, userOf } from '../http/call.ts';
import { pageOf } from '../http/paging.ts';
import { GitHubError, invalid, json, noContent, notFound } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { CommentRow, RepoRow, UserRow } from '../store/rows.ts';
import { isoSeconds } from '../store/store.ts';
import type { World } from '../world.ts';
import { findPull, numberOf, pullOf, repoOf, writableComment } from './access.ts';
import { checkBody } from './changes.ts';
import { formatLineComment } from './format.ts';
import { hunkAt } from './hunks.ts';
import { isAncestor } from './pull-git.ts';
import { insertLineComment, insertReview, isPending, lineCommentsOf } from './review-rows.ts';
import type { On, Spot } from './review-rows.ts';

const ofPull = '/repos/:owner/:repo/pulls/:number/comments';
const one = '/repos/:owner/:repo/pulls/comments/:id';

/** Comments on lines of what a pull request changes, and the answers to them. */
export function lineCommentRoutes(world: World): Route[] {
  return [
    { method: 'GET', pattern: one, handler: (call) => get(world, call) },
    { method: 'PATCH', pattern: one, handler: (call) => edit(world, call) },
    { method: 'DELETE', pattern: one, handler: (call) => remove(world, call) },
    { method: 'GET', pattern: ofPull, handler: (call) => list(world, call) },
    { method: 'POST', pattern: ofPull, handler: (call) => create(world, call) },
    { method: 'POST', pattern: `${ofPull}/:id/replies`, handler: (call) => reply(world, call) },
  ];
}

/** Throws GitHub's 422 when the pull request does not change anything near that line. */
export async function spotIn(
  world: World,
  { repo, pull }: On,
  given: Record<string, unknown>,
): Promise<Spot> {
  if (given['position'] !== undefined || given['subject_type'] === 'file') {
    throw new GitHubError(501, 'The embedded forge serves comments by `line` only.');
  }
  const body = textIn(given);
  const { path, line, side = 'RIGHT', commit_id: commit } = given;
  if (typeof path !== 'string') throw wrong('path', 'missing_field');
  if (typeof line !== 'number') throw wrong('line', 'missing_field');
  if (side !== 'LEFT' && side !== 'RIGHT') throw wrong('side', 'invalid');
  if (typeof commit !== 'string') throw wrong('commit_id', 'missing_field');
  const known = (await world.git.resolve(repo.full_name, commit)) === commit;
  if (!known || !(await isAncestor(world, repo, { ancestor: commit, of: pull.head_sha }))) {
    throw wrong('commit_id', 'invalid');
  }
  const spot: Spot = { body, path, line, side, commit };
  if ((await hunkAt(world, { repo, pull }, spot)) === null) throw wrong('line', 'invalid');
  return spot;
}

/** One that stands alone is a review without words of its own, as on GitHub. */
async function create(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const actor = userOf(call);
  const pull = pullOf(world.tables, repo, call);
  const body = objectBody(call);
  const replyTo = replyToIn(world, { repo, pull }, body['in_reply_to']);
  const spot =
    replyTo === null
      ? await spotIn(world, { repo, pull }, body)
      : { ...spotOf(replyTo), body: textIn(body) };
  return submit(world, { repo, pull }, { actor, spot, replyTo });
}

function reply(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const actor = userOf(call);
  const pull = pullOf(world.tables, repo, call);
  const { id } = commentOf(world, repo, call);
  const replyTo = replyToIn(world, { repo, pull }, id);
  if (replyTo === null) throw notFound();
  const spot = { ...spotOf(replyTo), body: textIn(objectBody(call)) };
  return submit(world, { repo, pull }, { actor, spot, replyTo });
}

async function submit(
  world: World,
  on: On,
  said: { readonly actor: UserRow; readonly spot: Spot; readonly replyTo: CommentRow | null },
): Promise<Reply> {
  const { actor, spot } = said;
  const made = { actor, text: null, state: 'COMMENTED', commit_id: spot.commit } as const;
  const review = insertReview(world, on, made);
  const comment = insertLineComment(world, on, { ...said, review });
  return json(201, await render(world, on.repo, comment));
}

async function list(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const pull = pullOf(world.tables, repo, call);
  const rows = lineCommentsOf(world, { repo, pull }, call.user);
  const shown = await Promise.all(rows.map((row) => render(world, repo, row)));
  return pageOf(call, world.baseUrl, shown, (row) => row);
}

async function get(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  return json(200, await render(world, repo, commentOf(world, repo, call)));
}

async function edit(world: World, call: RouteCall): Promise<Reply> {
  const { repo, comment } = writableComment(world, call, commentOf);
  const written = { body: textIn(objectBody(call)), last_edited_at: isoSeconds(world.now()) };
  const saved = world.tables.comments.update(comment.id, written) ?? comment;
  return json(200, await render(world, repo, saved));
}

function remove(world: World, call: RouteCall): Reply {
  const { repo, comment } = writableComment(world, call, commentOf);
  world.tables.comments.delete(comment.id);
  const pull = findPull(world.tables, repo, comment.pull_number ?? -1);
  if (pull !== undefined) {
    const review_comments = Math.max(0, pull.review_comments - 1);
    world.tables.pulls.update(pull.id, { review_comments });
  }
  return noContent();
}

function commentOf(world: World, repo: RepoRow, call: RouteCall): CommentRow {
  const comment = world.tables.comments.get(numberOf(call.param('id')));
  if (comment?.repo_id !== repo.id || comment.comment_type !== 'review') throw notFound();
  if (comment.user_id !== call.user?.id && isPending(world, comment)) throw notFound();
  return comment;
}

/** An answer to an answer belongs to the comment that began it, too. */
function replyToIn(world: World, { repo, pull }: On, id: unknown): CommentRow | null {
  if (id === undefined || id === null) return null;
  const found = typeof id === 'number' ? world.tables.comments.get(id) : undefined;
  const fits = found?.repo_id === repo.id && found.pull_number === pull.number;
  if (!fits || found.comment_type !== 'review') throw wrong('in_reply_to', 'invalid');
  return found.in_reply_to_id === null
    ? found
    : replyToIn(world, { repo, pull }, found.in_reply_to_id);
}

function spotOf(comment: CommentRow): Spot {
  return {
    body: comment.body,
    path: comment.path ?? '',
    line: comment.line ?? 1,
    side: comment.side === 'LEFT' ? 'LEFT' : 'RIGHT',
    commit: comment.commit_sha ?? '',
  };
}

async function render(world: World, repo: RepoRow, row: CommentRow): Promise<unknown> {
  const pull = findPull(world.tables, repo, row.pull_number ?? -1);
  const hunk = pull === undefined ? null : await hunkAt(world, { repo, pull }, spotOf(row));
  return formatLineComment(world, repo, { row, hunk: hunk ?? '' });
}

function textIn(body: Record<string, unknown>): string {
  const text = checkBody(body['body'], 'PullRequestReviewComment');
  if (text !== null && text.trim() !== '') return text;
  throw wrong('body', 'missing_field');
}

function wrong(field: string, code: string): Error {
  return invalid({ resource: 'PullRequestReviewComment', field, code });
}
