/** An issue that is not filed yet. */
import { BzzzError, isBzzzError, Issue, type Policy, type RepoName } from '@bzzz/protocol';
import { planOf } from './plan.ts';

/**
 * Throws `task_refused` where no peer would ever work on an issue with these words, with what the policy offers
 * instead. Who files it, and its labels, are not looked at.
 */
export function assertWorkable(
  { title, body }: { readonly title: string; readonly body: string },
  policy: Policy,
  repo: RepoName,
): void {
  // Whoever it is: rights decide what may be reached, not whether there is work.
  const people = { author: 'somebody', association: 'MEMBER', assignees: [], labels: [] };
  const issue = Issue.parse({ title, body, number: 1, state: 'open', updatedAtMs: 0, ...people });
  try {
    planOf(issue, policy, repo);
  } catch (error) {
    if (!isBzzzError(error)) throw error;
    throw new BzzzError('task_refused', `${error.reason}; ${offered(policy)}`, { cause: error });
  }
}

function offered({ recipes, plain }: Policy): string {
  const names = Object.keys(recipes);
  const told =
    names.length === 0 ? 'there is no recipe' : `there are the recipes ${names.join(', ')}`;
  return plain === undefined
    ? `${told}, and nothing works on plain words`
    : `${told}, and plain words`;
}
