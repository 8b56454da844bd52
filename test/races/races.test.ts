/** The harness, small: on demand `npm run races` and `npm run kills` do the same for hours. */
import { expect, it, vi } from 'vitest';
import { runKills } from './kills.ts';
import { runRaces } from './races.ts';

// A fetch takes a dozen processes: how long a run takes is up to the machine.
vi.setConfig({ testTimeout: 1_200_000 });

const seed = Date.now() % 1_000_000;

it(`races of twenty processes have one publisher a task (seed ${seed})`, async () => {
  const result = await runRaces({ claims: 200, contenders: 20, seed, unfenced: false });
  expect(result).toMatchObject({ doublePublishers: 0, stalePushes: 0, unended: 0, left: [] });
  expect(result.claims).toBeGreaterThanOrEqual(200);
  // Else the run has shown nothing: all of it must have happened.
  const { results, takeovers, lostPushReplies, stops, kills } = result;
  for (const count of [results, takeovers, lostPushReplies, stops, kills]) {
    expect(count).toBeGreaterThan(0);
  }
});

it('a task that never ends is told, and not waited for without end', async () => {
  // Its holder lives and renews, but what it runs waits for a file that nobody writes.
  const race = { claims: 1, contenders: 2, leaseMs: 6_000, seed, unfenced: false };
  const result = await runRaces({ ...race, recipe: 'gated', stillMsMax: 2_000 });
  expect(result).toMatchObject({ results: 0, failures: 0, unended: 3, left: [1, 2, 3] });
});

it('the same is seen to go wrong when the fence is taken out', async () => {
  // How soon two claim at the same time is up to the machine: the run ends with the first fault.
  const race = { claims: 1_000, contenders: 5, leaseMs: 8_000, seed };
  const { doublePublishers, stalePushes } = await runRaces({ ...race, unfenced: true });
  expect(doublePublishers + stalePushes).toBeGreaterThan(0);
});

it(`kills at random moments lose nothing (seed ${seed})`, async () => {
  const result = await runKills({ times: 10, contenders: 3, leaseMs: 5_000, seed });
  expect(result).toMatchObject({ lost: 0, unended: 0, doublePublishers: 0, stalePushes: 0 });
  expect(result.results).toBeGreaterThan(0);
  expect(result.acknowledged).toBeGreaterThan(20);
  // Opening, replaying and resuming are cut short too.
  expect(result.whileStarting).toBeGreaterThanOrEqual(2);
});
