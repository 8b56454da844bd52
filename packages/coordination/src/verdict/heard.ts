/**
 * Whose words have a part in a result, as a judge sees it. That its publisher says nothing of a stranger in the review proves
 * nothing, so the review itself is read, and only where the policy hears somebody there who may not write. What was said
 * of an earlier result counts: nobody else can tell which change came of which words.
 */
import { type TaskId, taskParts } from '@bzzz/protocol';
import type { Forge, PromptSource } from '../ports/index.ts';
import type { Briefing } from '../task/briefing.ts';
import { toldIn } from '../task/rework.ts';
import { mayWrite, sourcesOf } from '../task/rights.ts';

/** Throws what the forge throws. */
export async function sourcesOfResult(
  forge: Pick<Forge, 'findPullRequests' | 'readReview'>,
  task: TaskId,
  { plan, policy }: Pick<Briefing, 'plan' | 'policy'>,
  signal: AbortSignal,
): Promise<readonly PromptSource[]> {
  const sources = sourcesOf(plan.job);
  const authors = policy.authors.filter((one) => !mayWrite(one));
  // A recipe makes the same whatever people say.
  if (plan.job.kind === 'recipe' || authors.length === 0) return sources;
  const { repo, number } = taskParts(task);
  const [latest] = await forge.findPullRequests(repo, number, { signal });
  if (latest === undefined) return sources;
  const scope = { authors, sinceMs: 0, signal };
  const { remarks, unread = false } = await forge.readReview(repo, latest.number, scope);
  const isHeard = unread || toldIn(remarks, authors).length > 0;
  return isHeard ? [...sources, 'stranger'] : sources;
}
