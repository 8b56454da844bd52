/**
 * Reads what people said on a pull request back to what was heard before, so that many words of strangers do not
 * hide one of somebody trusted. Reviews and comments come in the order in which they were made, so the page that reaches
 * back far enough is the last; an answer in an old thread shows only there, so of threads every page is read. All
 * of it is bounded, and what was not read is told.
 */
import type { RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import type { Graphql } from './graphql.ts';
import { repoParameters } from './issues.ts';
import {
  lists,
  type Page,
  pages,
  type PlainComment,
  type SaidPages,
  type SubmittedReview,
  type Thread,
} from './review-nodes.ts';

/** Of each list, besides the first page: two thousand reviews, two thousand comments, 400 threads. */
const pagesMax = 20;
const nodesOfPage = 100;
/** GitHub counts what a page may hold at most, also of what it does not. */
const threadsOfPage = 20;

export interface SaidOn {
  readonly reviews: readonly SubmittedReview[];
  readonly threads: readonly Thread[];
  readonly comments: readonly PlainComment[];
  /** False: more was said since. */
  readonly isWhole: boolean;
}

interface At {
  readonly repo: RepoName;
  readonly number: number;
  /** What was said before is known, by the clock of the forge. */
  readonly sinceMs: number;
}

export async function readBack(
  graphql: Graphql,
  { reviews, reviewThreads, comments }: SaidPages,
  at: At,
  signal: AbortSignal,
): Promise<SaidOn> {
  const page = <T>(list: string, fields: string, schema: z.ZodType<Page<T>>) =>
    pager(graphql, at, { list, fields, schema }, signal);
  const isBefore = (ms: number | null) => ms !== null && ms < at.sinceMs;
  const allReviews = await follow(
    reviews,
    ({ submittedAt }) => isBefore(submittedAt),
    page(`reviews(last: ${nodesOfPage}, before: $before)`, lists.reviews, pages.reviews),
  );
  const allComments = await follow(
    comments,
    ({ createdAt }) => isBefore(createdAt),
    page(`comments(last: ${nodesOfPage}, before: $before)`, lists.comments, pages.comments),
  );
  const allThreads = await threadsOf(
    reviewThreads,
    isBefore,
    page(
      `reviewThreads(last: ${threadsOfPage}, before: $before)`,
      lists.reviewThreads(nodesOfPage),
      pages.reviewThreads,
    ),
  );
  return {
    reviews: allReviews.nodes,
    threads: allThreads.nodes,
    comments: allComments.nodes,
    isWhole: allReviews.isWhole && allComments.isWhole && allThreads.isWhole,
  };
}

interface Followed<T> {
  readonly nodes: readonly T[];
  readonly isWhole: boolean;
}
type Pager<T> = (before: string | null) => Promise<Page<T>>;

/** Oldest first, as far back as is needed. */
async function follow<T>(
  latest: Page<T>,
  isKnown: (node: T) => boolean,
  next: Pager<T>,
): Promise<Followed<T>> {
  let nodes: readonly T[] = latest.nodes;
  let { pageInfo } = latest;
  for (let count = 0; pageInfo.hasPreviousPage && !nodes.some(isKnown); count += 1) {
    if (count === pagesMax) return { nodes, isWhole: false };
    const page = await next(pageInfo.startCursor);
    nodes = [...page.nodes, ...nodes];
    pageInfo = page.pageInfo;
  }
  return { nodes, isWhole: true };
}

/** Where one of the latest page has more answers than it shows, all are read anew with more of each. */
async function threadsOf(
  latest: Page<Thread>,
  isBefore: (ms: number | null) => boolean,
  next: Pager<Thread>,
): Promise<Followed<Thread>> {
  const isCut = ({ comments: { nodes, pageInfo } }: Thread) =>
    pageInfo.hasPreviousPage && !nodes.some(({ createdAt }) => isBefore(createdAt));
  if (!latest.pageInfo.hasPreviousPage && !latest.nodes.some(isCut)) {
    return { nodes: latest.nodes, isWhole: true };
  }
  const all = await follow(await next(null), () => false, next);
  return { ...all, isWhole: all.isWhole && !all.nodes.some(isCut) };
}

interface List<T> {
  /** With its arguments. */
  readonly list: string;
  readonly fields: string;
  readonly schema: z.ZodType<Page<T>>;
}

function pager<T>(
  graphql: Graphql,
  { repo, number }: At,
  { list, fields, schema }: List<T>,
  signal: AbortSignal,
): Pager<T> {
  const query = `query ($owner: String!, $repo: String!, $number: Int!, $before: String) {
    repository(owner: $owner, name: $repo) {
      pullRequest(number: $number) { page: ${list} ${fields} }
    }
  }`;
  const data = z.object({ repository: z.object({ pullRequest: z.object({ page: schema }) }) });
  const what = `what was said on pull request ${number}`;
  return async (before) => {
    const variables = { ...repoParameters(repo), number, before };
    const answer = await graphql.ask({ what, query, variables, data }, signal);
    return answer.repository.pullRequest.page;
  };
}
