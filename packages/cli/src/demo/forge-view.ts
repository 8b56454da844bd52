/** What stands on the forge, asked over its ordinary API: the demo believes no peer's word. */
import { readFile } from 'node:fs/promises';
import { parse, type RepoName } from '@bzzz/protocol';
import { z } from 'zod';

const Issues = z.array(
  z.object({ number: z.number(), title: z.string(), pull_request: z.unknown().optional() }),
);
const PullRequests = z.array(
  z.object({ number: z.number(), draft: z.boolean(), head: z.object({ ref: z.string() }) }),
);

export interface ForgeView {
  readonly issues: readonly { readonly number: number; readonly title: string }[];
  /** Number of the pull request by number of the issue. More than one is a broken promise. */
  readonly pullRequests: ReadonlyMap<number, readonly number[]>;
}

export async function viewForge(
  { url, tokenFile }: { url: string; tokenFile: string },
  repo: RepoName,
): Promise<ForgeView> {
  const token = (await readFile(tokenFile, 'utf8')).trim();
  const get = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${url}/repos/${repo}/${path}`, {
      headers: { authorization: `Bearer ${token}` },
    });
    return answer.json();
  };
  const issues = parse('issues', Issues, await get('issues?state=all&per_page=100'));
  const pulls = parse('pulls', PullRequests, await get('pulls?state=all&per_page=100'));
  const pullRequests = new Map<number, number[]>();
  for (const { number, head } of pulls) {
    const issue = Number(/^bzzz\/issue-(\d+)$/.exec(head.ref)?.[1]);
    if (issue > 0) pullRequests.set(issue, [...(pullRequests.get(issue) ?? []), number]);
  }
  return {
    issues: issues
      .filter((issue) => issue.pull_request === undefined)
      .sort((a, b) => a.number - b.number),
    pullRequests,
  };
}
