/** The simulator proves itself here: it repeats itself, it sees, and what runs does not break. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { noFaults, replayCommand, runSimulation } from '../src/index.ts';
import { foundSeeds } from './found-seeds.ts';
import { tally } from '../src/sim/campaign.ts';
import { blindSpots, floors } from '../src/sim/floors.ts';
import { startSelf } from '../src/sim/self.ts';
import { shrunk } from '../src/sim/shrink.ts';

const sizes = (seed: number) => ({ peers: 2 + (seed % 5), tasks: 1 + (seed % 7) });

/** Others a commit, the same for one: what fails can be run again. */
function seedOfCommit(): number {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' });
  return Number.parseInt(commit.slice(0, 7), 16);
}

describe('the simulator', () => {
  it('gives the same trace for the same seed, and another for another', async () => {
    const options = { ...sizes(42), seed: 42, keepTrace: true };
    const first = await runSimulation(options);
    const second = await runSimulation(options);
    expect(second.trace).toEqual(first.trace);
    expect(second.hash).toBe(first.hash);
    expect(first.trace.length).toBeGreaterThan(50);
    expect((await runSimulation({ ...options, seed: 43 })).hash).not.toBe(first.hash);
  });

  it('finds nothing broken in seeds of this commit, and covers what it claims to try', async () => {
    const from = seedOfCommit();
    const { failure, covered } = await tally({ from, count: 2_000 }, sizes);
    expect(failure).toBeNull();
    expect(blindSpots(covered, 2_000), `from seed ${from}`).toEqual([]);
  }, 1_800_000);

  // That each has one, the compiler sees to.
  it('has no floor that a blind simulator would reach', () => {
    expect(Object.entries(floors).filter(([, floor]) => floor < 1)).toEqual([]);
    expect(blindSpots({}, 1)).toHaveLength(Object.keys(floors).length);
  });

  it('names what was seen too seldom, for as many seeds as were run', () => {
    const seen: Record<string, number> = { ...floors, crash: 750, silence: 0 };
    expect(blindSpots(seen, 2_000)).toEqual(['crash 750 of 1500', 'silence 0 of 10']);
    expect(blindSpots(seen, 1_000)).toEqual(['silence 0 of 5']);
    expect(blindSpots(seen, 100)).toEqual(['silence 0 of 1']);
  });

  it.each(foundSeeds)(
    'finds nothing in seed $seed any more: $what',
    async ({ seed, peers, tasks }) => {
      const run = { seed, peers, tasks };
      const { violations } = await runSimulation(run);
      expect(violations, replayCommand(run)).toEqual([]);
    },
  );

  it.each([2, 5, 20])(
    'sees one claim of one task among %i peers when nothing fails',
    async (peers) => {
      for (let seed = 1; seed <= 5; seed += 1) {
        const options = { seed, peers, tasks: 1, faults: noFaults, fileAfterMs: 20_000 };
        const { covered, violations } = await runSimulation(options);
        expect(violations, replayCommand(options)).toEqual([]);
        // When an attempt fails, its peer's rank falls, and not everybody hears of that at once.
        if (covered.has('failed attempt')) continue;
        expect(covered.get('rejected push') ?? 0, `seed ${seed}`).toBe(0);
      }
    },
  );

  it('makes a failing run smaller', async () => {
    // Of the adapters, so that it needs no process of its own.
    const bug = 'no-lease-check' as const;
    let options = { seed: 1, peers: 4, tasks: 3, bug };
    let [before] = (await runSimulation(options)).violations;
    for (let seed = 2; before === undefined && seed < 100; seed += 1) {
      options = { ...options, seed };
      [before] = (await runSimulation(options)).violations;
    }
    const smaller = await shrunk(options);
    expect(before).toBeDefined();
    expect((await runSimulation(smaller)).violations[0]?.invariant).toBe(before?.invariant);
    expect(smaller.without?.length ?? 0).toBeGreaterThan(5);
    expect(smaller.tasks).toBeLessThanOrEqual(options.tasks);
  }, 120_000);

  it('counts every seed of every share, whichever process ran it', async () => {
    const { code, output } = await startSelf(['--seeds', '41', '--from', '5', '--workers', '3']);
    expect(output).toContain('41 seeds from 5: no invariant broken');
    expect(code).toBe(0);
  }, 60_000);

  it('prints the command that runs a seed again', () => {
    const options = { seed: 7, peers: 3, tasks: 2, bug: 'no-lease-check' as const };
    expect(replayCommand({ ...options, without: ['crash', 'drop'] })).toBe(
      'npm run sim -- --seed 7 --peers 3 --tasks 2 --bug no-lease-check --without crash,drop',
    );
    const quiet = { seed: 7, peers: 3, tasks: 1, faults: noFaults, fileAfterMs: 20_000 };
    expect(replayCommand(quiet)).toBe(
      'npm run sim -- --seed 7 --peers 3 --tasks 1 --no-faults --file-after 20000',
    );
    const byHand = { seed: 7, peers: 3, tasks: 1, faults: { ...noFaults, drop: 0.5 } };
    expect(replayCommand(byHand)).toContain('# not the whole of it');
  });
});
