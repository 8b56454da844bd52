/**
 * Swarm testing (Groce et al. 2012): of what people do, and of what is wrong with work, each has a weight of its own in
 * every run, and may be left out.
 */
import { describe, expect, it } from 'vitest';
import { replayCommand, runSimulation } from '../src/index.ts';
import { drawFaults, type Faults, noFaults } from '../src/sim/faults.ts';
import { flaws } from '../src/sim/flaws.ts';
import { peopleActs } from '../src/sim/people-acts.ts';
import { createSeededRandom } from '../src/sim/random.ts';
import { createSights } from '../src/sim/sights.ts';
import { drawTasks } from '../src/sim/tasks.ts';

const runs = Array.from({ length: 400 }, (_, seed) =>
  drawFaults(createSeededRandom(`acts/${seed}`)),
);

function only(...names: readonly string[]): Faults {
  // Sound: an entry for each name.
  const acts = Object.fromEntries(
    peopleActs.map((act) => [act, names.includes(act) ? 1 : 0]),
  ) as Faults['acts'];
  return { ...noFaults, everyMs: { ...noFaults.everyMs, people: 5_000 }, acts };
}

async function done(faults: Faults, without: readonly string[] = []) {
  const { covered } = await runSimulation({ seed: 1, peers: 2, tasks: 4, faults, without });
  const seen = [...covered.keys()].filter((what) => what.startsWith('people '));
  return seen.map((what) => what.slice('people '.length)).toSorted();
}

describe('what people do', () => {
  it.each(peopleActs)('%s has its own weight in a run, and none in some', (act) => {
    const weights = runs.map(({ acts }) => acts[act]);
    expect(new Set(weights).size).toBeGreaterThan(200);
    expect(Math.min(...weights)).toBe(0);
    expect(Math.max(...weights)).toBeGreaterThan(0.9);
    // Whatever another act weighs.
    for (const other of peopleActs.filter((one) => one !== act)) {
      expect(runs.some(({ acts }) => acts[act] === 0 && acts[other] > 0.5)).toBe(true);
    }
  });

  it('is what weighs anything, and follows what was done where that weighs anything', async () => {
    expect(await done(only('close'))).toEqual(['close']);
    expect(await done(only('close', 'reopen', 'edit'))).toEqual(['close', 'edit', 'reopen']);
  });

  it('can be left out of a run, act by act', async () => {
    const faults = only('close', 'reopen', 'edit');
    expect(await done(faults, ['reopen'])).toEqual(['close', 'edit']);
    const command = replayCommand({ seed: 1, peers: 2, tasks: 4, without: ['reopen'] });
    expect(command).toBe('npm run sim -- --seed 1 --peers 2 --tasks 4 --without reopen');
  });
});

it.each(flaws)('%s has its own weight in a run, and none in some', (flaw) => {
  const weights = runs.map((faults) => faults.flaws[flaw]);
  expect(new Set(weights).size).toBeGreaterThan(200);
  expect(Math.min(...weights)).toBe(0);
  for (const other of flaws.filter((one) => one !== flaw)) {
    expect(runs.some((run) => run.flaws[flaw] === 0 && run.flaws[other] > 0.5)).toBe(true);
  }
});

it('work has only flaws that weigh anything', () => {
  const only = Object.fromEntries(flaws.map((one) => [one, 0]));
  const faults: Faults = {
    ...noFaults,
    flawedWork: 1,
    flaws: { ...noFaults.flaws, ...only, floods: 1 },
  };
  const random = createSeededRandom('flaws');
  const tasks = drawTasks({ random, sights: createSights() }, 100, faults);
  const fates = tasks.flatMap(({ fateOf }) => [fateOf('chore', 0), fateOf('check', 0)]);
  // One task in ten cannot be done by anybody.
  expect([...new Set(fates)].toSorted()).toEqual(['fails', 'floods', 'succeeds']);
  const leaking = tasks.filter(({ leaksOn, testsOf }) => leaksOn(0) || testsOf(0) !== 'none');
  expect(leaking).toEqual([]);
});
