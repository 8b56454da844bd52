/** A short sample of what `npm run soak` does at length, and that its judgement sees what grows. */
import { describe, expect, it, vi } from 'vitest';
import { patientMs } from '../e2e/harness/stage.ts';
import { simulatedSoak } from './simulated.ts';
import { soak, type Soaked } from './soak.ts';
import { looksMin, trendOf, trendText } from './trend.ts';
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

/** Minutes of looks once a second at something that rises until it is collected, by 30 and at odd times; from a seed. */
function sawtooth(seed: number, minutes: number, perHour: number) {
  let state = seed;
  const unit = (): number => {
    state = (1_103_515_245 * state + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
  let garbage = 30 * unit();
  return Array.from({ length: 60 * minutes }, (_, index) => {
    garbage = garbage > 25 + 5 * unit() ? 3 * unit() : garbage + 2 * unit();
    return { atMs: 1_000 * index, value: 100 + garbage + (perHour * index) / 3_600 };
  });
}
const seeds = Array.from({ length: 500 }, (_, seed) => seed + 1);
const growing = (minutes: number, perHour: number, slack: number) =>
  seeds.filter((seed) => !trendOf(sawtooth(seed, minutes, perHour), slack).isSteady);

describe('the trend of memory that is collected now and then', () => {
  it('is steady where nothing is lost', () => {
    expect(growing(10, 0, 8)).toEqual([]);
    expect(growing(30, 0, 8)).toEqual([]);
    // By chance alone, one of a thousand.
    expect(growing(30, 0, 0).length).toBeLessThanOrEqual(3);
  });

  it('is not where 100 MiB an hour are lost, however much comes and goes', () => {
    expect(growing(30, 100, 8)).toEqual(seeds);
  });

  it('tells how much would have to be lost, and what is not judged', () => {
    const trend = trendOf(sawtooth(1, 30, 0), 8);
    expect(trend).toMatchObject({ isSteady: true, allowed: 8 });
    expect(trend.allowedPerHour).toBeCloseTo(64, 0);
    expect(trendText('memory', trend)).toMatch(/fails above 8 \(6\d\.?\d* an hour\).*: steady$/);
    expect(trendText('memory', trend, 'too short')).toMatch(/: not judged: too short$/);
  });
});

describe('the verdict of a soak', () => {
  const look = { atMs: 0, memoryMib: 100, files: 40, processes: 1, worktrees: 0 };
  const soaked = (valueOf: (index: number) => number, entries = 1_000): Soaked => ({
    minutes: 30,
    filed: 40,
    done: 40,
    journals: {
      begin: { entries: 0, done: 0 },
      half: { entries: 500, done: 20 },
      end: { entries, done: 40 },
    },
    peers: [
      {
        name: 'ash',
        before: look,
        after: look,
        atRest: true,
        looks: points(valueOf).map(({ atMs, value }) => ({ ...look, atMs, files: value })),
      },
    ],
  });
  const steady = soaked(() => 40);
  const linesOf = (found: Soaked) => verdictOf(found).lines.join('\n');

  it('has nothing against what is steady', () => {
    expect(verdictOf(steady).problems).toEqual([]);
    expect(linesOf(steady)).not.toContain('not judged');
  });

  it('names files that stay open, a journal that grows by itself, and issues that were left', () => {
    expect(verdictOf(soaked((index) => 40 + index)).problems.join()).toContain('files');
    expect(verdictOf(soaked(() => 40, 1_200)).problems.join()).toContain('journals');
    expect(verdictOf({ ...steady, done: 39 }).problems).toEqual(['1 issues were not done']);
  });

  it('names who does not come to rest, and what he holds', () => {
    const restless = steady.peers.map((peer) => ({
      ...peer,
      after: { ...look, worktrees: 1 },
      atRest: false,
    }));
    const { problems } = verdictOf({ ...steady, peers: restless });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^ash did not come to rest: .*worktrees 0 before, 1 now$/);
  });

  it('says of each figure that says nothing that it is not judged', () => {
    expect(linesOf({ ...steady, minutes: 9 })).toMatch(
      /memoryMib.*not judged: 9 minutes, below 10/,
    );
    const few = { entries: 900, done: 31 };
    const journals = { ...steady.journals, half: few };
    expect(linesOf({ ...steady, journals })).toContain('not judged: 9 issues in a half, below 10');
    const [peer] = steady.peers;
    if (peer === undefined) throw new Error('no peer');
    const short = { ...steady, peers: [{ ...peer, looks: peer.looks.slice(0, 15) }] };
    expect(linesOf(short)).toContain('files: not judged: 15 looks, below 16');
    expect(verdictOf(short).problems).toEqual([]);
  });
});

it('peers at work finish what people file, and come to rest as they were before', async () => {
  const atLeast = { looks: looksMin, done: 6 };
  const soaked = await soak({ minutes: 0, peers: 2, everyMs: 2_000, atLeast });
  const { lines, problems } = verdictOf(soaked);
  expect(soaked.done, lines.join('\n')).toBe(soaked.filed);
  expect(soaked.done).toBeGreaterThanOrEqual(atLeast.done);
  const { begin, half, end } = soaked.journals;
  expect(half.entries).toBeGreaterThan(begin.entries);
  expect(end.entries).toBeGreaterThan(half.entries);
  expect(end.done).toBe(soaked.done);
  for (const { atRest, before, after, looks } of soaked.peers) {
    expect(looks.length).toBeGreaterThanOrEqual(atLeast.looks);
    expect(atRest).toBe(true);
    expect(after.processes).toBeLessThanOrEqual(before.processes);
    expect(after.worktrees).toBeLessThanOrEqual(before.worktrees);
    expect(after.files).toBeLessThanOrEqual(before.files + 12);
  }
  // What comes and goes with the work is too short for a trend; the rest is not.
  expect(problems.filter((problem) => !problem.includes('GROWS'))).toEqual([]);
});

it('a soak that does not end well tells what was seen', async () => {
  // The last issue was filed a second before, and nobody waits for it.
  const soaked = await soak({ minutes: 0, peers: 1, everyMs: 1_000, patienceMs: 0 });
  expect(soaked.filed).toBe(1);
  expect(soaked.peers[0]?.looks.length).toBeGreaterThan(0);
  const { lines, problems } = verdictOf(soaked);
  expect(lines[0]).toBe('0 of 1 issues done');
  expect(problems).toContain('1 issues were not done');
});

it('four virtual hours end as they should', async () => {
  const { lines, problems } = await simulatedSoak({ seed: 1, hours: 4, peers: 3 });
  expect(problems, lines.join('\n')).toEqual([]);
  expect(lines.join('\n')).not.toContain('not judged');
});

it('too few virtual hours at work say nothing', async () => {
  await expect(simulatedSoak({ seed: 1, hours: 3, peers: 2 })).rejects.toThrow(
    /12 looks say nothing/,
  );
});
