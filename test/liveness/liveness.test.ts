/** The measurement, small: `npm run liveness` gives the figures, on a machine that does nothing else. */
import { expect, it, vi } from 'vitest';
import { measureLiveness } from './measure.ts';

vi.setConfig({ testTimeout: 240_000 });

it('real peers miss one that ends, one that hangs and one that is cut off, and nobody else', async () => {
  const { killMs, hangMs, cutMs, cutsDenied, falseDeaths } = await measureLiveness({
    preset: 'local',
    peers: 4,
    kills: 2,
    hangs: 2,
    cuts: 2,
    calmMs: 3_000,
    hogs: 2,
  });
  // Suspicions are left to `npm run liveness`: beside other tests a peer may not run for longer than it is trusted.
  expect(falseDeaths).toBe(0);
  expect([...killMs, ...hangMs]).toHaveLength(4);
  // No figure: only that a kill is seen by its connection, and a hang without waiting for a lease.
  expect(Math.max(...killMs)).toBeLessThan(5_000);
  expect(Math.max(...hangMs)).toBeLessThan(20_000);
  // Without network namespaces there is no cable to cut.
  expect(cutMs).toHaveLength(cutsDenied === undefined ? 2 : 0);
  expect(Math.max(0, ...cutMs)).toBeLessThan(20_000);
});
