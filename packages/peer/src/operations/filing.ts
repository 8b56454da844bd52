/** What may be filed in a repository, and what is filed: nothing that no peer would ever work on. */
import { assertWorkable } from '@bzzz/coordination';
import { BzzzError, type Policy, type RepoName, writeWorkRequest } from '@bzzz/protocol';
import type { OffersAnswer, SubmitRequest } from '@bzzz/protocol/api';
import type { z } from 'zod';
import type { NewIssue } from '../forge/file-issue.ts';

export function offersOf(repo: RepoName, { recipes, plain }: Policy): OffersAnswer {
  return {
    repo,
    plain: plain !== undefined,
    recipes: Object.entries(recipes).map(([name, { description, parameters }]) => ({
      name,
      description,
      parameters: Object.entries(parameters).map(([name, pattern]) => ({ name, pattern })),
    })),
  };
}

/** Throws `task_refused`. */
export function issueOf(
  { title, body: text, work, labels }: Omit<z.output<typeof SubmitRequest>, 'repo'>,
  policy: Policy,
  repo: RepoName,
): NewIssue {
  const body = work === undefined ? text : writeWorkRequest(work, text);
  if (body === null) {
    throw new BzzzError('task_refused', 'text or parameters would be read as another request');
  }
  const put = labels ?? policy.labels.slice(0, 1);
  // Without one of the policy's labels it is for people.
  const isAsked = put.some((label) => policy.labels.includes(label));
  if (isAsked) assertWorkable({ title, body }, policy, repo);
  return { repo, title, body, labels: put };
}
