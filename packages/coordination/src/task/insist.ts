/** What the holder of a task does until the forge has answered. */
import { BzzzError, type LockRecord } from '@bzzz/protocol';
import type { FenceVerdict } from '../fence/fence.ts';
import type { Holding } from '../fence/holding.ts';
import type { Clock, Random } from '../ports/index.ts';
import { backoffMs, patiently } from '../support/backoff.ts';
import { sleep } from '../support/sleep.ts';
import type { Trouble } from '../support/trouble.ts';

interface InsistDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly trouble: Trouble;
}

interface InsistOptions {
  readonly backoffMs: number;
  /** So often in a row a rule of the forge may say no before that is believed; absent: for ever. */
  readonly refusalsMax?: number;
}

/**
 * Repeats a move of the fence until it is won. Throws `task_fenced` when it is lost, except to a
 * publication of our own that had taken effect unseen, and `fence_refused` after `refusalsMax`.
 */
export async function insist(
  deps: InsistDeps,
  options: InsistOptions,
  holding: Holding,
  signal: AbortSignal,
  move: () => Promise<FenceVerdict>,
): Promise<LockRecord> {
  let refusals = 0;
  for (let failures = 0; ; failures += 1) {
    const verdict = await forgeWork(deps, options, holding.tip().record, signal, move);
    const { record } = holding.tip();
    if (verdict.kind === 'won' || record.state === 'result') return record;
    if (verdict.kind === 'lost') throw new BzzzError('task_fenced', verdict.reason);
    const isRefused = verdict.kind === 'refused';
    const code = isRefused ? 'fence_refused' : 'forge_unreachable';
    const error = new BzzzError(code, verdict.reason);
    refusals = isRefused ? refusals + 1 : 0;
    if (refusals === options.refusalsMax) throw error;
    deps.trouble.tell(error, record.task);
    await sleep(deps.clock, backoffMs(options.backoffMs, failures, deps.random), signal);
  }
}

/** Work with the forge for a task that we hold: it is waited for while the forge is away. */
export function forgeWork<T>(
  deps: InsistDeps,
  options: InsistOptions,
  record: LockRecord,
  signal: AbortSignal,
  job: () => Promise<T>,
): Promise<T> {
  const onTrouble = (error: BzzzError) => deps.trouble.tell(error, record.task);
  return patiently({ ...deps, onTrouble }, { firstMs: options.backoffMs, signal }, job);
}
