/**
 * A lock branch that does not exist may be new, or lost: somebody deleted it after the task was
 * done. Before any work the holder of a first claim looks for what an earlier one left.
 */
import { type LockRecord, type Oid, taskParts } from '@bzzz/protocol';
import type { Forge } from '../ports/index.ts';

export interface PriorResult {
  readonly result: Oid;
  /** Null: a result branch without a pull request. */
  readonly pullRequest: number | null;
}

export async function priorResult(
  deps: { forge: Pick<Forge, 'findPullRequests' | 'readFence'> },
  record: LockRecord,
  signal: AbortSignal,
): Promise<PriorResult | null> {
  const { repo, number } = taskParts(record.task);
  const [latest] = await deps.forge.findPullRequests(repo, number, { signal });
  if (latest !== undefined) return { result: latest.head, pullRequest: latest.number };
  const { result } = await deps.forge.readFence(repo, number, { signal });
  return result === null ? null : { result, pullRequest: null };
}
