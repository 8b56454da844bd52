/** Waiting for a state: however long it takes while something moves, and not for ever when nothing does. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Field } from './field.ts';

const everyMs = 1_000;

/** How long nothing may move before nothing is believed to move ever: most waits end with a lease. */
export function stillMsFor(leaseMs: number): number {
  return Math.max(120_000, 10 * leaseMs);
}

/**
 * False: nothing has moved for so long. What a run takes is up to the machine, so only stillness ends a
 * wait. A renewal is no movement: whoever holds a task and never ends it would be waited for without end.
 */
export async function untilTrue(
  field: Field,
  stillMsMax: number,
  check: () => Promise<boolean>,
): Promise<boolean> {
  let stands = '';
  let sinceMs = performance.now();
  while (!(await check())) {
    const now = await standOf(field);
    if (now !== stands) sinceMs = performance.now();
    stands = now;
    if (performance.now() - sinceMs > stillMsMax) return false;
    await pause(everyMs);
  }
  return true;
}

/** What changes whenever somebody gets on: claims, and what became of each task. */
async function standOf(field: Field): Promise<string> {
  const steps = (await field.verdicts()).map(
    ({ number, state, claims, published }) => `#${number} ${state} ${claims} ${published}`,
  );
  return [`${field.claims()} claims`, ...steps].join(', ');
}
