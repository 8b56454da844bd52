/** The simulator proves itself here: it repeats itself, it sees, and it finds what is broken. */
import { describe, expect, it } from 'vitest';
import {
  type Bug,
  bugs,
  type Coverage,
  noFaults,
  replayCommand,
  runSimulation,
} from '../src/index.ts';

const sizes = (seed: number) => ({ seed, peers: 2 + (seed % 5), tasks: 1 + (seed % 7) });

describe('the simulator', () => {
  it('gives the same trace for the same seed', async () => {
    const first = await runSimulation({ ...sizes(42), keepTrace: true });
    const second = await runSimulation({ ...sizes(42), keepTrace: true });
    expect(second.trace).toEqual(first.trace);
    expect(second.hash).toBe(first.hash);
    expect(first.trace.length).toBeGreaterThan(50);
  });

  it('gives another trace for another seed', async () => {
    const { hash } = await runSimulation(sizes(42));
    expect((await runSimulation(sizes(43))).hash).not.toBe(hash);
  });

  it('finds no broken invariant in some seeds, and covers what it claims to try', async () => {
    const totals = new Map<string, number>();
    for (let seed = 1; seed <= 60; seed += 1) {
      const report = await runSimulation(sizes(seed));
      expect(report.violations, replayCommand(report.options)).toEqual([]);
      for (const [what, times] of Object.entries(report.covered)) {
        totals.set(what, (totals.get(what) ?? 0) + times);
      }
    }
    const floors: Coverage = {
      crashes: 50,
      pauses: 50,
      partitions: 20,
      outages: 20,
      peopleActs: 50,
      takeovers: 20,
      rejectedPushes: 100,
      publications: 100,
    };
    for (const [what, floor] of Object.entries(floors)) {
      expect(totals.get(what), what).toBeGreaterThanOrEqual(floor);
    }
  });

  it.each([2, 5, 20])(
    'sees one claim of one task among %i peers when nothing fails',
    async (peers) => {
      for (let seed = 1; seed <= 5; seed += 1) {
        const options = { seed, peers, tasks: 1, faults: noFaults, fileAfterMs: 20_000 };
        const { covered, violations } = await runSimulation(options);
        expect(violations, replayCommand(options)).toEqual([]);
        expect(covered.rejectedPushes, `seed ${seed}`).toBe(0);
      }
    },
  );

  it('prints the command that runs a seed again', () => {
    const options = { seed: 7, peers: 3, tasks: 2, bug: 'no-lease-check' as const };
    expect(replayCommand(options)).toBe(
      'npm run sim -- --seed 7 --peers 3 --tasks 2 --bug no-lease-check',
    );
  });
});

describe('a bug that is built in on purpose', () => {
  /** The invariant by which it is found first. */
  const found: Record<Bug, number> = {
    'no-nonce': 1,
    'no-lease-check': 2,
    'assignment-as-lock': 2,
    'pushed-apart': 1,
    'stale-issue': 4,
    'effects-before-journal': 7,
    'forgets-its-claims': 3,
  };

  it('is listed here, each', () => {
    expect(Object.keys(found).sort()).toEqual(Object.keys(bugs).sort());
  });

  it.each(Object.keys(bugs).filter(isBug))('%s is found', async (bug) => {
    expect((await firstViolation(bug, 200))?.invariant, bug).toBe(found[bug]);
  });
});

async function firstViolation(bug: Bug, seedsMax: number) {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const { violations } = await runSimulation({ ...sizes(seed), bug });
    if (violations.length > 0) return violations[0];
  }
  return undefined;
}

function isBug(name: string): name is Bug {
  return Object.hasOwn(bugs, name);
}
