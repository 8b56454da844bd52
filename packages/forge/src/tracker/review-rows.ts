/** The rows of reviews and of comments on lines, which belong together. */
import type { CommentRow, PullRow, RepoRow, ReviewRow, UserRow } from '../store/rows.ts';
import { isoSeconds } from '../store/store.ts';
import type { World } from '../world.ts';
import { findIssue, findPull } from './access.ts';
import { saveIssue } from './changes.ts';
import { nodeId } from './format.ts';

export interface On {
  readonly repo: RepoRow;
  readonly pull: PullRow;
}

/** What a comment says, and where. */
export interface Spot {
  readonly body: string;
  readonly path: string;
  readonly line: number;
  readonly side: 'LEFT' | 'RIGHT';
  readonly commit: string;
}

/** The row alone, and that the pull request has changed. */
export function insertReview(
  world: World,
  { repo, pull }: On,
  made: {
    readonly actor: UserRow;
    readonly text: string | null;
    readonly state: ReviewRow['state'];
    readonly commit_id: string;
  },
): ReviewRow {
  const row = world.tables.reviews.insert({
    node_id: '',
    repo_id: repo.id,
    pull_number: pull.number,
    user_id: made.actor.id,
    body: made.text,
    state: made.state,
    commit_id: made.commit_id,
    submitted_at: made.state === 'PENDING' ? null : isoSeconds(world.now()),
  });
  touchPull(world, { repo, pull });
  const node_id = nodeId('PullRequestReview', row.id);
  return world.tables.reviews.update(row.id, { node_id }) ?? row;
}

export function insertLineComment(
  world: World,
  { repo, pull }: On,
  made: {
    readonly actor: UserRow;
    readonly spot: Spot;
    readonly review: ReviewRow;
    readonly replyTo: CommentRow | null;
  },
): CommentRow {
  const { spot } = made;
  const row = world.tables.comments.insert({
    node_id: '',
    repo_id: repo.id,
    issue_number: null,
    pull_number: pull.number,
    commit_sha: spot.commit,
    body: spot.body,
    user_id: made.actor.id,
    in_reply_to_id: made.replyTo?.id ?? null,
    path: spot.path,
    position: null,
    line: spot.line,
    side: spot.side,
    subject_type: 'line',
    comment_type: 'review',
    review_id: made.review.id,
  });
  const review_comments = (findPull(world.tables, repo, pull.number) ?? pull).review_comments + 1;
  world.tables.pulls.update(pull.id, { review_comments });
  const node_id = nodeId('PullRequestReviewComment', row.id);
  return world.tables.comments.update(row.id, { node_id, updated_at: row.updated_at }) ?? row;
}

/** Oldest first; what nobody has submitted yet only for whoever wrote it. */
export function lineCommentsOf(
  world: World,
  { repo, pull }: On,
  viewer: UserRow | null,
): CommentRow[] {
  return world.tables.comments
    .findBy('repo_id', repo.id)
    .filter((row) => row.comment_type === 'review' && row.pull_number === pull.number)
    .filter((row) => row.user_id === viewer?.id || !isPending(world, row))
    .toSorted((a, b) => a.id - b.id);
}

export function isPending(world: World, comment: CommentRow): boolean {
  return world.tables.reviews.get(comment.review_id ?? -1)?.state === 'PENDING';
}

/** Says that the pull request has changed. */
export function touchPull(world: World, { repo, pull }: On): void {
  const issue = findIssue(world.tables, repo, pull.number);
  if (issue !== undefined) saveIssue(world, { repo, issue }, {});
}
