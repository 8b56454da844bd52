/**
 * Makes a draft pull request ready for review, which only GraphQL can. Where the plan of a repository
 * has no drafts, a label says the same.
 */
import { Oid, type RepoName } from '@bzzz/protocol';
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
const mutation = `mutation ($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`;

export function createReadyApi({
  rest,
  graphql,
}: {
  readonly rest: Rest;
  readonly graphql: Graphql;
}): ReadyApi {
  return {
    async markReady(repo, { pullRequest, head, verified }, signal) {
      const at = { ...repoParameters(repo), pull_number: pullRequest };
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
      const { data } = await rest.read({ route, parameters: at, signal });
      const pull = parseAnswer('pull request', PullState, data);
      // People closed it, or pushed to it: nobody judged what stands there by now.
      if (pull.state === 'closed' || pull.head.sha !== head) return { written: false };
      if (pull.draft === true) {
        await graphql.change(mutation, { id: pull.node_id }, signal);
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
  };
}
