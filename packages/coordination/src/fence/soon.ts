/** What another peer says of a fence may be younger than what reads show: they lag behind. */
import type { Clock } from '../ports/index.ts';
import { sleep } from '../support/sleep.ts';
import type { Tip, TipReading } from './tip.ts';

const reads = 4;

/**
 * Looks again, for as long as reads may lag, until `pick` makes something of the tip. Undefined from
 * `pick`: not yet; null: never.
 */
export async function seenSoon<T>(
  { clock, lagMs }: { clock: Clock; lagMs: number },
  look: () => Promise<TipReading>,
  pick: (tip: Extract<Tip, { kind: 'record' }>) => T | null | undefined,
  signal: AbortSignal,
): Promise<T | null> {
  for (let read = 1; ; read += 1) {
    const { tip } = await look();
    const picked = tip.kind === 'record' ? pick(tip) : undefined;
    if (picked !== undefined) return picked;
    if (read === reads) return null;
    await sleep(clock, lagMs / (reads - 1), signal);
  }
}
