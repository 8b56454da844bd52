/**
 * What became of a pull request: whether it merges, its checks, and what people said of it. One query: of
 * several reads the second may lag behind the first. Only where more was said since than one query shows,
 * more are asked (`review-pages.ts`).
 */
import type { Review, ReviewRemark, ReviewScope } from '@bzzz/coordination';
import { limits, Oid, type RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import { checksOf, HeadCommit, isCheckPath } from './checks.ts';
import { commentMarker, peersOf } from './comments.ts';
import type { Graphql } from './graphql.ts';
import { repoParameters } from './issues.ts';
import {
  listOf,
  lists,
  pages,
  type PlainComment,
  type SubmittedReview,
  type Thread,
} from './review-nodes.ts';
import { readBack } from './review-pages.ts';
import type { Said } from './said.ts';

export interface ReviewApi {
  read(
    at: { readonly repo: RepoName; readonly pullRequest: number },
    scope: ReviewScope,
    signal: AbortSignal,
  ): Promise<Review>;
}

const query = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) {
      state
      isDraft
      headRefOid
      mergeable
      commits(last: 1) {
        nodes {
          commit {
            oid
            statusCheckRollup {
              state
              contexts(first: 100) {
                nodes {
                  __typename
                  ... on CheckRun { name conclusion title summary }
                  ... on StatusContext { context state description }
                }
              }
            }
          }
        }
      }
      reviews(last: 50) ${lists.reviews}
      reviewThreads(last: 50) ${lists.reviewThreads(20)}
      comments(last: 50) ${lists.comments}
    }
  }
}`;

const Answer = z.object({
  repository: z.object({
    pullRequest: z.object({
      state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
      isDraft: z.boolean(),
      headRefOid: Oid,
      // A word that is not known yet tells nothing.
      mergeable: z.enum(['MERGEABLE', 'CONFLICTING', 'UNKNOWN']).catch('UNKNOWN'),
      commits: listOf(z.object({ commit: HeadCommit })),
      ...pages,
    }),
  }),
});

const states = { OPEN: 'open', CLOSED: 'closed', MERGED: 'merged' } as const;
const mergeables = { MERGEABLE: true, CONFLICTING: false, UNKNOWN: null } as const;
/** A review that was dismissed asks for nothing any more, and a pending one is a note to oneself. */
const kinds: Partial<Record<string, ReviewRemark['kind']>> = {
  APPROVED: 'approved',
  CHANGES_REQUESTED: 'changes-requested',
  COMMENTED: 'reviewed',
};

export function createReviewApi({ graphql }: { readonly graphql: Graphql }): ReviewApi {
  return {
    async read({ repo, pullRequest: number }, { sinceMs, authors }, signal) {
      const variables = { ...repoParameters(repo), number };
      const what = `review of pull request ${number}`;
      const asked = { what, query, variables, data: Answer, mayLack: isCheckPath };
      const { pullRequest: pull } = (await graphql.ask(asked, signal)).repository;
      const { reviews, reviewThreads, comments } = pull;
      const latest = {
        reviews: reviews.nodes,
        threads: reviewThreads.nodes,
        comments: comments.nodes,
        isWhole: true,
      };
      const back = { repo, number, sinceMs: sinceMs ?? 0 };
      const said = sinceMs === undefined ? latest : await readBack(graphql, pull, back, signal);
      const remarks = [
        ...said.reviews.flatMap(fromReview),
        ...said.threads.flatMap(fromThread),
        ...said.comments.flatMap(fromComment),
      ].filter(({ association }) => authors === undefined || authors.includes(association));
      return {
        state: states[pull.state],
        draft: pull.isDraft,
        head: pull.headRefOid,
        mergeable: mergeables[pull.mergeable],
        checks: checksOf(pull.headRefOid, pull.commits.nodes.at(-1)?.commit),
        remarks: remarks
          .toSorted((one, other) => one.atMs - other.atMs)
          .slice(-limits.reviewRemarksMax),
        ...(said.isWhole ? {} : { unread: true as const }),
      };
    },
  };
}

function fromReview(review: SubmittedReview): ReviewRemark[] {
  const kind = kinds[review.state];
  if (kind === undefined || review.submittedAt === null) return [];
  // What holds nothing but comments on lines is told by those.
  if (kind === 'reviewed' && review.body === '') return [];
  return [remarkOf(review, { kind, saidAtMs: review.submittedAt })];
}

function fromThread({ path, line, comments }: Thread): ReviewRemark[] {
  return comments.nodes
    .filter(({ state }) => state !== 'PENDING')
    .map((comment) => {
      const saidAtMs = comment.publishedAt ?? comment.createdAt;
      return { ...remarkOf(comment, { kind: 'line', saidAtMs }), path, line };
    });
}

/** Of our account or of another peer's; anybody else's marker makes a comment no less his own. */
function fromComment(comment: PlainComment): ReviewRemark[] {
  const isPeer = comment.viewerDidAuthor || peersOf.has(comment.authorAssociation);
  if (isPeer && comment.body.startsWith(commentMarker)) return [];
  return [remarkOf(comment, { kind: 'comment', saidAtMs: comment.createdAt })];
}

function remarkOf(
  words: z.infer<typeof Said>,
  at: { readonly kind: ReviewRemark['kind']; readonly saidAtMs: number },
): ReviewRemark {
  const { lastEditedAt } = words;
  return {
    by: words.author,
    association: words.authorAssociation,
    kind: at.kind,
    text: words.body.slice(0, limits.reviewTextCharsMax).toWellFormed(),
    path: null,
    line: null,
    atMs: Math.max(at.saidAtMs, lastEditedAt ?? 0),
    // A review may be edited before anybody else can see it.
    edited: lastEditedAt !== null && lastEditedAt >= at.saidAtMs,
  };
}
