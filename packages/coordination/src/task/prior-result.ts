/**
 * A lock that tells of no result may stand where a lock was lost or tidied up that did: whoever made it may
 * have gone away before looking. So before any work its holder looks for what an earlier claim left.
 */
import { type Oid, taskParts } from '@bzzz/protocol';
import type { Fence } from '../fence/fence.ts';
import type { Holding } from '../fence/holding.ts';
import { isExplained } from '../fence/tip.ts';
import type { Forge } from '../ports/index.ts';

/** Why a task is left alone whose result branch stands though its lock tells of no result. */
export const unexplainedBranch =
  'a result branch stands that no claim explains; delete it and reopen the issue to start over';

export type Prior =
  | { readonly kind: 'none' }
  | { readonly kind: 'pull-request'; readonly result: Oid; readonly pullRequest: number }
  /** A result branch without a pull request: nobody knows who made it, or whether it was accepted. */
  | { readonly kind: 'branch' };

export async function priorResult(
  deps: {
    readonly forge: Pick<Forge, 'findPullRequests'>;
    readonly fence: Pick<Fence, 'look'>;
  },
  holding: Pick<Holding, 'task' | 'tip' | 'saw'>,
  resultTip: Oid | null,
  signal: AbortSignal,
): Promise<Prior> {
  const { repo, number } = taskParts(holding.task);
  const [latest] = await deps.forge.findPullRequests(repo, number, { signal });
  if (latest !== undefined) {
    return { kind: 'pull-request', result: latest.head, pullRequest: latest.number };
  }
  // Read together with the lock that explains it: a later read may be an older one.
  if (resultTip !== null && isExplained(holding.tip().record, resultTip)) return { kind: 'none' };
  const reading = await deps.fence.look(holding.task, signal);
  await holding.saw(reading);
  return { kind: isExplained(holding.tip().record, reading.result) ? 'none' : 'branch' };
}
