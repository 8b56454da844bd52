/**
 * Makes a draft pull request ready for review, which only GraphQL can. Where the plan of a repository
 * has no drafts, a label says the same.
 */
import { BzzzError, limits, type RepoName } from '@bzzz/protocol';
import { z } from 'zod';
import type { Rest } from './client.ts';
import { repoParameters } from './issues.ts';
import { parseAnswer } from './schemas.ts';

export interface ReadyApi {
  markReady(
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
  labels: z.array(z.object({ name: z.string() })),
});
const Marked = z.object({
  errors: z.array(z.object({ type: z.string().nullish(), message: z.string() })).nullish(),
});

const mutation = `mutation ($id: ID!) {
  markPullRequestReadyForReview(input: { pullRequestId: $id }) { pullRequest { isDraft } }
}`;

export function createReadyApi(
  { rest }: { readonly rest: Rest },
  { apiUrl }: { readonly apiUrl: string },
): ReadyApi {
  const graphqlUrl = graphqlUrlOf(apiUrl);

  async function undraft(id: string, signal: AbortSignal): Promise<void> {
    const parameters = { query: mutation, variables: { id } };
    const { data } = await rest.write({ route: `POST ${graphqlUrl}`, parameters, signal });
    const [error] = parseAnswer('graphql', Marked, data).errors ?? [];
    if (error === undefined) return;
    // It says 200 to everything; what went wrong stands in its words.
    const reason = error.message.slice(0, limits.reasonCharsMax);
    const isLost = error.type === 'NOT_FOUND';
    throw new BzzzError(isLost ? 'forge_not_found' : 'forge_refused', reason);
  }

  return {
    async markReady(repo, pullRequest, signal) {
      const at = { ...repoParameters(repo), pull_number: pullRequest };
      const route = 'GET /repos/{owner}/{repo}/pulls/{pull_number}';
      const { data } = await rest.read({ route, parameters: at, signal });
      const pull = parseAnswer('pull request', PullState, data);
      if (pull.state === 'closed') return { written: false };
      if (pull.draft === true) {
        await undraft(pull.node_id, signal);
        return { written: true };
      }
      if (pull.labels.some(({ name }) => name === verifiedLabel)) return { written: false };
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

/** GitHub Enterprise serves both of its APIs under `/api`. */
function graphqlUrlOf(apiUrl: string): string {
  return apiUrl.endsWith('/api/v3') ? apiUrl.replace(/v3$/, 'graphql') : `${apiUrl}/graphql`;
}
