import { setTimeout as pause } from 'node:timers/promises';

/** Waits for a state, and says which one when it does not come within half a minute. */
export async function until(what: string, check: () => Promise<boolean>): Promise<void> {
  const endMs = performance.now() + 30_000;
  while (!(await check())) {
    if (performance.now() > endMs) throw new Error(`not within 30 s: ${what}`);
    await pause(20);
  }
}
