/**
 * Unfinished work, pushed now and then while an executor is at it, when the policy says so: whoever
 * takes the task over goes on from there. Each is checked like a result, since it is as public.
 */
import { isBzzzError, type Oid, type Policy } from '@bzzz/protocol';
import type { Clock, Workspace } from '../ports/index.ts';
import { sleep } from '../support/sleep.ts';
import type { Reins } from './reins.ts';

export interface CheckpointJob {
  readonly policy: Policy;
  readonly reins: Reins;
  readonly message: string;
  /** Pushes it; that it cannot is told elsewhere and stops nothing. */
  readonly push: (work: Oid, signal: AbortSignal) => Promise<void>;
  /** Told why a checkpoint was left out. */
  readonly onTrouble: (error: unknown) => void;
}

/** Returns the function that ends it, which resolves when none is under way any more. */
export function startCheckpoints(
  { clock }: { readonly clock: Clock },
  workspace: Workspace,
  { policy, reins, message, push, onTrouble }: CheckpointJob,
  signal: AbortSignal,
): () => Promise<void> {
  const over = new AbortController();
  const until = AbortSignal.any([signal, over.signal]);

  async function run(everyMs: number): Promise<void> {
    for (;;) {
      await sleep(clock, everyMs, until);
      try {
        const collected = await workspace.collect(message, { signal: until });
        // What may not be published yet, perhaps may once it is finished.
        if (collected === null) continue;
        if ((await reins.objectionTo(collected, until)) !== undefined) continue;
        await push(collected.result, until);
      } catch (error) {
        if (until.aborted || !isBzzzError(error)) throw error;
        onTrouble(error);
      }
    }
  }

  const running =
    policy.checkpointMs === undefined
      ? Promise.resolve()
      : run(policy.checkpointMs).catch((error: unknown) => {
          if (!until.aborted) onTrouble(error);
        });
  return async () => {
    over.abort();
    await running;
  };
}
