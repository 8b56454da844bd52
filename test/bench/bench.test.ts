/** Every benchmark runs, small, so that none rots; and the runner sees a wrong answer. */
import { describe, expect, it } from 'vitest';
import { measure } from './measure.ts';
import type { Side, Subject } from './subject.ts';
import { subjects } from './subjects/index.ts';
import { legendOf, tableOf } from './table.ts';

describe.each(subjects)('the benchmark $name', (subject) => {
  it('runs, and all its sides did the same work', async () => {
    const result = await measure(subject, 'test', subject.sizes.small);
    expect(result.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(result.sides.length).toBeGreaterThan(1);
    for (const side of result.sides) {
      expect(side.operations).toBeGreaterThan(0);
      expect(side.wallMs.min).toBeLessThanOrEqual(side.wallMs.max);
      expect(tableOf([result])).toContain(side.side);
    }
    expect(legendOf(result)).toContain(result.hash);
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

  it('gives the same hash for the same seed, and another for another', async () => {
    const [journal] = subjects.filter(({ name }) => name === 'journal');
    if (journal === undefined) throw new Error('no such subject');
    const small = { rounds: 1, warmUpRounds: 0, operations: 100 };
    const first = await measure(journal, 'one', small);
    expect((await measure(journal, 'one', small)).hash).toBe(first.hash);
    expect((await measure(journal, 'two', small)).hash).not.toBe(first.hash);
  });
});
