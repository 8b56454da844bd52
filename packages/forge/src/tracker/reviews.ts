import { passOn } from '../emulation.ts';
import type { RouteCall } from '../http/call.ts';
import { objectBody, userOf } from '../http/call.ts';
import { forbidden, invalid, json, notFound, unprocessable } from '../http/reply.ts';
import type { Reply } from '../http/reply.ts';
import type { Route } from '../http/router.ts';
import type { PullRow, RepoRow, ReviewRow } from '../store/rows.ts';
import { isoSeconds } from '../store/store.ts';
import type { World } from '../world.ts';
import { mayUpdate, numberOf, pullOf, repoOf } from './access.ts';
import { checkBody } from './changes.ts';
import { spotIn } from './line-comments.ts';
import { insertLineComment, insertReview, touchPull } from './review-rows.ts';

const reviews = '/repos/:owner/:repo/pulls/:number/reviews';

/** Reviews; emulate lists them, and submits and dismisses what is there. */
export function reviewRoutes(world: World): Route[] {
  return [
    { method: 'POST', pattern: reviews, handler: (call) => create(world, call) },
    { method: 'PUT', pattern: `${reviews}/:id`, handler: (call) => edit(world, call) },
  ];
}

const states = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
} as const;

async function create(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const actor = userOf(call);
  const pull = pullOf(world.tables, repo, call);
  const body = objectBody(call);
  const event = eventIn(body['event']);
  const text = checkBody(body['body'], 'PullRequestReview');
  const comments: readonly unknown[] = Array.isArray(body['comments']) ? body['comments'] : [];
  checkEvent(event, { isOwn: pull.user_id === actor.id, text, comments: comments.length });
  const commit_id = typeof body['commit_id'] === 'string' ? body['commit_id'] : pull.head_sha;
  const spots = [];
  for (const comment of comments) {
    const given: Record<string, unknown> = typeof comment === 'object' ? { ...comment } : {};
    spots.push(await spotIn(world, { repo, pull }, { ...given, commit_id }));
  }
  const state = event === null ? 'PENDING' : states[event];
  const review = insertReview(world, { repo, pull }, { actor, text, state, commit_id });
  for (const spot of spots) {
    insertLineComment(world, { repo, pull }, { actor, spot, review, replyTo: null });
  }
  return json(200, await render(world, call, { repo, pull, review }));
}

/** What was submitted can still be worded anew, by whoever wrote it or may push. */
async function edit(world: World, call: RouteCall): Promise<Reply> {
  const repo = repoOf(world.tables, call);
  const actor = userOf(call);
  const pull = pullOf(world.tables, repo, call);
  const review = world.tables.reviews.get(numberOf(call.param('id')));
  if (review?.repo_id !== repo.id || review.pull_number !== pull.number) throw notFound();
  if (!mayUpdate(world.tables, { repo, user: actor }, review)) {
    throw forbidden('Must have write access to the pull request.');
  }
  const text = checkBody(objectBody(call)['body'], 'PullRequestReview');
  if (text === null) throw missingBody();
  const last_edited_at = isoSeconds(world.now());
  world.tables.reviews.update(review.id, { body: text, last_edited_at });
  touchPull(world, { repo, pull });
  return json(200, await render(world, call, { repo, pull, review }));
}

function eventIn(value: unknown): keyof typeof states | null {
  if (value === undefined || value === null || value === '') return null;
  if (value === 'APPROVE' || value === 'REQUEST_CHANGES' || value === 'COMMENT') return value;
  throw invalid({ resource: 'PullRequestReview', field: 'event', code: 'invalid' });
}

function checkEvent(
  event: keyof typeof states | null,
  about: { readonly isOwn: boolean; readonly text: string | null; readonly comments: number },
): void {
  if (about.isOwn && event === 'APPROVE') {
    throw unprocessable('Review Can not approve your own pull request');
  }
  if (about.isOwn && event === 'REQUEST_CHANGES') {
    throw unprocessable('Review Can not request changes on your own pull request');
  }
  const isSilent = (about.text ?? '').trim() === '';
  if (isSilent && event === 'REQUEST_CHANGES') throw missingBody();
  if (isSilent && event === 'COMMENT' && about.comments === 0) throw missingBody();
}

function missingBody(): Error {
  return invalid({ resource: 'PullRequestReview', code: 'missing_field', field: 'body' });
}

async function render(
  world: World,
  call: RouteCall,
  at: { readonly repo: RepoRow; readonly pull: PullRow; readonly review: ReviewRow },
): Promise<unknown> {
  const path = `/repos/${at.repo.full_name}/pulls/${at.pull.number}/reviews/${at.review.id}`;
  const asked = { ...call, method: 'GET', path, query: new URLSearchParams() };
  const reply = await passOn(world.emulation, { ...asked, body: Buffer.alloc(0) });
  const shown: unknown = JSON.parse(reply.body.toString('utf8'));
  if (at.review.submitted_at !== null) return shown;
  // GitHub leaves out what is not there yet.
  return { ...Object(shown), submitted_at: undefined };
}
