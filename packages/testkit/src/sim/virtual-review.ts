/** What became of a pull request, as a snapshot of the virtual forge shows it. */
import type { Review, ReviewScope } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import type { Snapshot } from './forge-state.ts';

/** Throws `forge_not_found`. */
export function reviewOf({ pullRequest, review }: Snapshot, { authors }: ReviewScope = {}): Review {
  if (pullRequest === null) throw new BzzzError('forge_not_found', 'no pull request');
  const { state, draft, head } = pullRequest;
  const { remarks: all, failedAt, conflictAt } = review;
  const remarks = all.filter(({ association }) => authors?.includes(association) ?? true);
  const failed = failedAt.has(head) ? [{ name: 'lint', summary: 'a comma' }] : [];
  const checks = { state: failed.length > 0 ? 'failed' : 'none', failed } as const;
  const mergeable = state === 'open' ? !conflictAt.has(head) : null;
  return { state, draft, head, mergeable, checks, remarks };
}
