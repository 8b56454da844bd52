/**
 * Makes a draft pull request ready for review and back, which only GraphQL can. Where the plan of a
 * repository has no drafts, a label says of a verified one the same.
 */
import { isBzzzError, Oid, type RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import type { Rest } from './client.ts';
import type { Graphql } from './graphql.ts';
import { repoParameters } from './issues.ts';
import { parseAnswer } from './schemas.ts';

interface Draft {
  readonly pullRequest: number;
  readonly head: Oid;
  readonly verified: boolean;
}

export interface ReadyApi {
  markReady(repo: RepoName, at: Draft, signal: AbortSignal): Promise<{ written: boolean }>;
  markDraft(
    repo: RepoName,
    pullRequest: number,
    signal: AbortSignal,
  ): Promise<{ written: boolean }>;
}

/** Put on a verified pull request that never was a draft. */
export const verifiedLabel = 'bzzz:verified';

const PullState = z.object({
  node_id: z.string().min(1),
  state: z.enum(['open', 'closed']),
  draft: z.boolean().nullish(),
  head: z.object({ sha: Oid }),
  labels: z.array(z.object({ name: z.string() })),
});
const toReady = `mutation ($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`;
const toDraft = `mutation ($id: ID!) {
  convertPullRequestToDraft(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`;
const query = `query ($owner: String!, $repo: String!, $number: Int!) {
  repository(owner: $owner, name: $repo) {
    pullRequest(number: $number) { id state isDraft viewerCanUpdate }
  }
}`;
const Answer = z.object({
  repository: z.object({
    pullRequest: z.object({
      id: z.string().min(1),
      state: z.string(),
      isDraft: z.boolean(),
      viewerCanUpdate: z.boolean(),
    }),
  }),
});

export function createReadyApi({
  rest,
  graphql,
}: {
  readonly rest: Rest;
  readonly graphql: Graphql;
}): ReadyApi {
  const withoutDrafts = new Set<RepoName>();
  return {
    async markReady(repo, { pullRequest, head, verified }, signal) {
      const at = { ...repoParameters(repo), pull_number: pullRequest };
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
      const { data } = await rest.read({ route, parameters: at, signal });
      const pull = parseAnswer('pull request', PullState, data);
      // People closed it, or pushed to it: nobody judged what stands there by now.
      if (pull.state === 'closed' || pull.head.sha !== head) return { written: false };
      if (pull.draft === true) {
        await graphql.change(toReady, { id: pull.node_id }, signal);
        return { written: true };
      }
      if (!verified || pull.labels.some(({ name }) => name === verifiedLabel))
        return { written: false };
      // A draft whose change had no answer looks the same by now; a label too many does no harm.
      await rest.write({
        route: 'POST /repos/{owner}/{repo}/issues/{issue_number}/labels',
        parameters: {
          ...repoParameters(repo),
          issue_number: pullRequest,
          labels: [verifiedLabel],
        },
        signal,
      });
      return { written: true };
    },

    async markDraft(repo, number, signal) {
      if (withoutDrafts.has(repo)) return { written: false };
      const variables = { ...repoParameters(repo), number };
      const what = `pull request ${number}`;
      const asked = { what, query, variables, data: Answer };
      const { pullRequest: pull } = (await graphql.ask(asked, signal)).repository;
      if (pull.state !== 'OPEN' || pull.isDraft) return { written: false };
      try {
        await graphql.change(toDraft, { id: pull.id }, signal);
        return { written: true };
      } catch (error) {
        // Where there are no drafts GitHub says that we have no right to, which we can tell apart only by
        // whether we have one to anything else about it.
        if (!isBzzzError(error, 'forge_refused') || !pull.viewerCanUpdate) throw error;
        withoutDrafts.add(repo);
        return { written: false };
      }
    },
  };
}
