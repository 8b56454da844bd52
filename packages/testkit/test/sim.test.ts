/** The simulator proves itself here: it repeats itself, it sees, and what runs does not break. */
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { type Faults, noFaults, replayCommand, runSimulation, type Sight } from '../src/index.ts';
import { foundSeeds } from './found-seeds.ts';
import { tally } from '../src/sim/campaign.ts';
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
    for (const [what, floor] of floors) {
      expect(covered[what] ?? 0, `${what} from seed ${from}`).toBeGreaterThanOrEqual(floor);
    }
  }, 1_800_000);

  it('has a floor for every fault and every happening', () => {
    const named = new Set<string>(floors.map(([what]) => what));
    const { everyMs, ...weights }: Faults = noFaults;
    const missing = [...Object.keys(weights), ...Object.keys(everyMs)].filter(
      (one) => !named.has(one),
    );
    expect(missing).toEqual([]);
    expect(floors.filter(([, floor]) => floor < 1)).toEqual([]);
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
  });
});

/** What 2,000 seeds see at least; a third of what they usually see. */
const floors: readonly (readonly [Sight, number])[] = [
  ['drop', 95_000],
  ['duplicate', 35_000],
  ['delayMsMax', 650_000],
  ['requestLost', 6_500],
  ['replyLost', 9_500],
  ['lateEffect', 1_000],
  ['serverError', 3_000],
  ['staleRead', 2_000],
  ['flawedWork', 200],
  ['skewMsMax', 2_500],
  ['driftMax', 1_500],
  ['clockSetMsMax', 90],
  ['sluggishMsMax', 450],
  ['olderPeers', 450],
  ['longOutageMs', 30],
  ['longDeathMs', 40],
  ['crash', 1_500],
  ['wipe', 150],
  ['pause', 1_000],
  ['partition', 450],
  ['partition healed', 400],
  ['silent partition', 200],
  ['cut', 500],
  ['hang', 500],
  ['flap', 900],
  ['slowLink', 500],
  ['outage', 450],
  ['forgeCut', 250],
  ['limit', 250],
  ['limitWrites', 250],
  ['refuse', 150],
  ['base', 250],
  ['people', 1_500],
  ['people approve', 350],
  ['people approve-bot', 80],
  ['people approve-stranger', 70],
  ['people assign', 100],
  ['people assign-bot', 35],
  ['people close', 150],
  ['people close-pull-request', 25],
  ['people delete-lock', 150],
  ['people delete-result', 55],
  ['people edit', 100],
  ['people forge-lock', 90],
  ['people label', 85],
  ['people merge', 30],
  ['people push-lock', 100],
  ['people push-result', 100],
  ['people reopen', 100],
  ['people say-and-edit', 75],
  ['people say-as-stranger', 70],
  ['people say-release', 150],
  ['people say-retry', 250],
  ['people say-stop', 170],
  ['people unassign', 100],
  ['people unlabel', 100],
  ['flood', 45],
  ['silence', 10],
  ['trespass', 50],
  ['secret', 50],
  ['takeover', 1_000],
  ['eager takeover', 200],
  ['publication', 1_500],
  ['carried result', 15],
  ['rejected push', 1_000],
  ['claim in doubt', 2_500],
  ['refused claim', 250],
  ['told to wait', 600],
  ['failed attempt', 750],
  ['given up', 250],
  ['death', 5_000],
  ['fenced', 250],
  ['tidied', 30],
  ['checkpoint', 250],
  ['went on', 14],
  ['rework', 100],
  ['reworked', 60],
  ['not reworked', 15],
  ['people review', 150],
  ['people review-as-stranger', 30],
  ['people fail-checks', 30],
  ['people conflict', 100],
  ['step', 700],
  ['sent back', 20],
  ['asked for help', 500],
  ['handed on', 150],
  ['helped', 70],
  ['nobody helps', 150],
  ['help lost', 350],
  ['help given up', 200],
];
