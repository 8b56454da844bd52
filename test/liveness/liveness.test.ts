/**
 * The measurement, small: `npm run liveness` gives the figures, on a machine that does nothing else. Beside other tests on
 * two cores a share such as p95 is the machine's and not ours. But noise only adds: so of a few times the quickest must be
 * within what is promised of nearly all, and the slowest within ten times that.
 */
import { expect, it, vi } from 'vitest';
import { measureLiveness } from './measure.ts';
import { killedMax, silentMax } from './verdict.ts';

vi.setConfig({ testTimeout: 240_000 });

const slack = 10;

it('real peers miss one that ends, one that hangs and one that is cut off, and nobody else', async () => {
  const { killMs, hangMs, cutMs, cutsDenied, falseDeaths } = await measureLiveness({
    preset: 'local',
    peers: 4,
    kills: 4,
    hangs: 4,
    cuts: 4,
    calmMs: 3_000,
    hogs: 2,
  });
  // Suspicions are left to `npm run liveness`: beside other tests a peer may not run for longer than it is trusted.
  expect(falseDeaths).toBe(0);
  expect([...killMs, ...hangMs]).toHaveLength(8);
  // Without network namespaces there is no cable to cut.
  expect(cutMs).toHaveLength(cutsDenied === undefined ? 4 : 0);
  const silentMs = [hangMs, ...(cutsDenied === undefined ? [cutMs] : [])];
  for (const [figures, promised] of [
    [killMs, killedMax] as const,
    ...silentMs.map((ms) => [ms, silentMax] as const),
  ]) {
    expect(Math.min(...figures), `of ${figures.join(', ')} ms`).toBeLessThan(promised);
    expect(Math.max(...figures), `of ${figures.join(', ')} ms`).toBeLessThan(slack * promised);
  }
});
