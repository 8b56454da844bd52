/** Of the machine that runs the test: what is measured must be what happens. */
import { expect, it } from 'vitest';
import { systemClock } from '../src/system/clock.ts';
import { createMeasurer } from '../src/system/measure.ts';
import { onCleanup, tempDir, until } from './support.ts';

it('measures this machine', async () => {
  const measurer = createMeasurer({ clock: systemClock }, { dataDir: await tempDir() });
  onCleanup(measurer.stop);
  const first = await measurer.look();
  expect(first.memory).toBeGreaterThan(0);
  expect(first.memory).toBeLessThanOrEqual(1);
  expect(first.disk).toBeGreaterThan(0);
  expect(first).toMatchObject({ receivedBytesPerS: 0, sentBytesPerS: 0 });
});

it('sees that the process does not get to its turn, and that the CPU works', async () => {
  const measurer = createMeasurer({ clock: systemClock }, { dataDir: await tempDir() });
  onCleanup(measurer.stop);
  await measurer.look();
  const busy = await until(async () => {
    const end = performance.now() + 300;
    while (performance.now() < end);
    const sample = await measurer.look();
    return sample.lagMs > 200 && sample;
  });
  expect(busy.cpu).toBeGreaterThan(0);
});
