/** A short sample of what `npm run soak` does at length, and that its judgement sees what grows. */
import { describe, expect, it, vi } from 'vitest';
import { patientMs } from '../e2e/harness/stage.ts';
import { simulatedSoak } from './simulated.ts';
import { soak, type Soaked } from './soak.ts';
import { trendOf } from './trend.ts';
import { verdictOf } from './verdict.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const points = (valueOf: (index: number) => number) =>
  Array.from({ length: 200 }, (_, index) => ({ atMs: 1_000 * index, value: valueOf(index) }));
/** The same every time, between -5 and 5. */
const noise = (index: number): number => ((index * 7_919) % 11) - 5;

describe('the trend of a figure', () => {
  it('is steady where it only wavers, and where it grew while it warmed up', () => {
    expect(
      trendOf(
        points((index) => 100 + noise(index)),
        0,
      ).isSteady,
    ).toBe(true);
    expect(
      trendOf(
        points((index) => Math.min(index, 60) + noise(index)),
        0,
      ).isSteady,
    ).toBe(true);
  });

  it('is not where it goes on growing by more than it wavers', () => {
    const trend = trendOf(
      points((index) => 100 + noise(index) + index / 4),
      0,
    );
    expect(trend.isSteady).toBe(false);
    expect(trend.slopePerHour).toBeCloseTo(900, -2);
  });
});

describe('the verdict of a soak', () => {
  const look = { atMs: 0, memoryMib: 100, files: 40, processes: 1, worktrees: 0 };
  const soaked = (valueOf: (index: number) => number, entries = 1_000): Soaked => ({
    filed: 40,
    done: 40,
    peers: [
      {
        name: 'ash',
        before: look,
        after: look,
        looks: points(valueOf).map(({ atMs, value }) => ({ ...look, atMs, files: value })),
        journal: [
          { entries: 0, done: 0 },
          { entries: 500, done: 20 },
          { entries, done: 40 },
        ],
      },
    ],
  });

  it('has nothing against what is steady', () => {
    expect(
      verdictOf(
        soaked(() => 40),
        30,
      ).problems,
    ).toEqual([]);
  });

  it('names files that stay open, a journal that grows by itself, and issues that were left', () => {
    expect(
      verdictOf(
        soaked((index) => 40 + index),
        30,
      ).problems.join(),
    ).toContain('files');
    expect(
      verdictOf(
        soaked(() => 40, 1_200),
        30,
      ).problems.join(),
    ).toContain('journal');
    expect(verdictOf({ ...soaked(() => 40), done: 39 }, 30).problems).toHaveLength(1);
  });
});

it('peers at work take no more of the machine as time goes by, and come to rest', async () => {
  const soaked = await soak({ minutes: 0.3, peers: 2, everyMs: 2_000 });
  expect(soaked.done).toBeGreaterThan(0);
  expect(soaked.done).toBe(soaked.filed);
  // Too short for trends of what comes and goes with the work; that it came back is judged by coming to rest.
  expect(verdictOf(soaked, 0.3).lines.join('\n')).toContain(`${soaked.done} of ${soaked.filed}`);
});

it('two virtual hours end as they should', async () => {
  const { lines, problems } = await simulatedSoak({ seed: 1, hours: 2, peers: 3 });
  expect(problems, lines.join('\n')).toEqual([]);
});
