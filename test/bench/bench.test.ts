/** Every benchmark runs, small, so that none rots; and the runner sees a wrong answer. */
import { describe, expect, it } from 'vitest';
import { patientMs } from '../e2e/harness/stage.ts';
import { measure } from './measure.ts';
import { watchPeakMemory } from './peak-memory.ts';
import type { Side, Subject } from './subject.ts';
import { subjects } from './subjects/index.ts';
import { legendOf, tableOf } from './table.ts';

/** Some wait for states of peers, each for minutes: that says what did not come, where this limit would not. */
const timeout = patientMs;
/** Goals that hold whatever the size, and however busy the machine is. */
const bounds = ['times refused', 'memory growth MB'];

describe.each(subjects)('the benchmark $name', (subject) => {
  it('runs, and all its sides did the same work', { timeout }, async () => {
    const result = await measure(subject, 'test', subject.sizes.small);
    expect(result.hash).toMatch(/^[0-9a-f]{64}$/);
    const beside = result.sides.length + result.absent.length - 1;
    if (subject.beside !== 'nothing') expect(beside).toBeGreaterThan(0);
    for (const side of result.sides) {
      expect(side.operations).toBeGreaterThan(0);
      expect(side.wallMs.min).toBeLessThanOrEqual(side.wallMs.max);
      expect(tableOf([result])).toContain(side.side);
    }
    const legend = legendOf(result);
    expect(legend).toContain(result.hash);
    for (const { side, why } of result.absent) {
      expect(why).toMatch(/runs only (?:with --baseline|in the full size)/);
      expect(legend).toContain(`no row of ${side}: ${why}`);
    }
    const known = [...result.sides, ...result.absent].map(({ side }) => side);
    for (const { of, beside } of subject.goals) {
      expect(known).toContain(of);
      if (beside !== null) expect(known).toContain(beside);
    }
    for (const { what, isMet } of result.goals) if (bounds.includes(what)) expect(isMet).toBe(true);
  });
});

describe('the runner', () => {
  const size = { rounds: 4, warmUpRounds: 1, operations: 1 };
  const answering = (name: string, answer: (round: number) => string, ran: string[]): Side => ({
    name,
    prepare: async (round) => ({
      work: async () => void ran.push(`${name}${round}`),
      answer: async () => answer(round),
      operations: () => 1,
    }),
  });
  const subjectOf = (sides: readonly Side[], equal: Subject['equal'], closed: () => void) => ({
    name: 'made up',
    measures: 'nothing',
    beside: 'nothing',
    operation: 'nothing',
    equal,
    countsChildren: false,
    goals: [],
    sizes: { full: size, small: size },
    open: async () => ({ sides, close: async () => closed() }),
  });

  it('interleaves the sides, and turns their order around', async () => {
    const ran: string[] = [];
    const sides = ['a', 'b'].map((name) => answering(name, String, ran));
    let closed = 0;
    await measure(
      subjectOf(sides, 'sides', () => {
        closed += 1;
      }),
      'seed',
      size,
    );
    expect(ran.join(' ')).toBe('a0 b0 b1 a1 a2 b2 b3 a3 a4 b4');
    expect(closed).toBe(1);
  });

  it('refuses figures of sides that answered differently, and closes them', async () => {
    const sides = [
      answering('right', String, []),
      answering('wrong', (round) => String(round === 3 ? 0 : round), []),
    ];
    let closed = 0;
    const subject = subjectOf(sides, 'sides', () => {
      closed += 1;
    });
    await expect(measure(subject, 'seed', size)).rejects.toThrow(/answers differ/);
    expect(closed).toBe(1);
  });

  it('refuses figures of a side that does not repeat itself', async () => {
    const sides = [answering('steady', () => 'same', []), answering('unsteady', String, [])];
    const subject = subjectOf(sides, 'rounds', () => {});
    await expect(measure(subject, 'seed', size)).rejects.toThrow(/answers differ/);
  });

  it('divides the sides round by round, and judges goals by the median', async () => {
    const made = (name: string, costs: readonly number[]): Side => ({
      name,
      prepare: async (round) => ({
        work: async () => undefined,
        answer: async () => 'same',
        operations: () => 1,
        figures: () => ({ cost: costs[round - 1] ?? 0 }),
      }),
    });
    const sides = [made('ours', [2, 9, 4, 8]), made('theirs', [1, 3, 2, 2])];
    const goal = { of: 'ours', beside: 'theirs', what: 'cost' };
    const goals = [
      { ...goal, must: { atMost: 2.5 } },
      { ...goal, must: { atLeast: 2.6 } },
      { ...goal, beside: null, must: { atMost: 6 } },
      { ...goal, means: 'of both', must: null },
    ];
    const subject = { ...subjectOf(sides, 'sides', () => {}), goals };
    const result = await measure(subject, 'seed', size);
    expect(result.goals.map(({ value, isMet }) => [value, isMet])).toEqual([
      [{ min: 2, median: 2.5, max: 4 }, true],
      [{ min: 2, median: 2.5, max: 4 }, false],
      [{ min: 2, median: 6, max: 9 }, true],
      [{ min: 2, median: 2.5, max: 4 }, null],
    ]);
    expect(legendOf(result)).toContain('ours / theirs, cost: 2.5 (2..4), goal >= 2.6: MISSED');
    expect(legendOf(result)).toContain('ours / theirs, cost (of both): 2.5 (2..4), for comparison');
    const wrong = { ...subject, goals: [{ ...goal, what: 'nothing', must: { atMost: 1 } }] };
    await expect(measure(wrong, 'seed', size)).rejects.toThrow(/no figure nothing/);
  });

  it('does not give its own memory for that of others who do the work', async () => {
    const here = answering('here', String, []);
    const away: Side = {
      name: 'away',
      prepare: async (round) => ({ ...(await here.prepare(round)), worksElsewhere: true }),
    };
    const subject = subjectOf([here, away], 'sides', () => {});
    const { sides } = await measure(subject, 'seed', size);
    const [ours, others] = sides.map(({ figures }) => Object.keys(figures));
    // Only some systems tell it.
    expect(ours).toEqual(watchPeakMemory()() === null ? [] : ['peak MiB']);
    expect(others).toEqual([]);
  });

  it('gives the same hash for the same seed, and another for another', async () => {
    const [journal] = subjects.filter(({ name }) => name === 'journal');
    if (journal === undefined) throw new Error('no such subject');
    const small = { rounds: 1, warmUpRounds: 0, operations: 100 };
    const first = await measure(journal, 'one', small);
    expect((await measure(journal, 'one', small)).hash).toBe(first.hash);
    expect((await measure(journal, 'two', small)).hash).not.toBe(first.hash);
  });
});
