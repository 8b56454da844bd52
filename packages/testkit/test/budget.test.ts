/** Invariant 10: what the forge is asked depends on tasks and time, not on the number of peers. */
import { describe, expect, it } from 'vitest';
import { noFaults } from '../src/sim/faults.ts';
import { createWorld } from '../src/sim/world.ts';

const settlingMs = 2 * 60_000;
const idleMs = 10 * 60_000;

/** Requests of so many peers in ten minutes in which nothing happens. */
async function costOfIdling(count: number): Promise<number> {
  const world = createWorld({
    seed: `idling/${count}`,
    peers: count,
    tasks: 0,
    faults: noFaults,
    sharedAccount: true,
    bug: undefined,
    policy: { checkpointMs: null, verdicts: 0, helpers: 1, inRoles: false },
    fileAfterMs: 0,
    keepTrace: false,
  });
  const { timeline, history, random } = world;
  let requests = 0;
  for (const peer of world.peers()) {
    timeline.after(random.between(0, 3_000), () => world.start(peer));
  }
  await timeline.run({ untilMs: settlingMs });
  history.onEvent((event) => {
    if (event.kind === 'request') requests += 1;
  });
  await timeline.run({ untilMs: settlingMs + idleMs });
  return requests;
}

describe('the cost of idling', () => {
  it('of a hundred peers is at most twice that of one', async () => {
    const one = await costOfIdling(1);
    const hundred = await costOfIdling(100);
    expect(one).toBeGreaterThan(60);
    expect(hundred / one).toBeLessThanOrEqual(2);
  }, 240_000);
});
