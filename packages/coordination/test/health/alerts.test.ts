import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type AlertNews, judge, recalled, standingAlerts } from '../../src/health/alerts.ts';
import type { Rule, Sample } from '../../src/health/rules.ts';
import { rules } from '../../src/health/rules.ts';

const rule: Rule = {
  measure: 'disk',
  raiseAt: 0.9,
  endAt: 0.87,
  holdMs: 15_000,
  action: 'prune',
  advice: 'make room',
};

function sample(disk: number | null): Sample {
  return { cpu: 0, memory: 0, disk, lagMs: 0, receivedBytesPerS: 0, sentBytesPerS: 0 };
}

/** One sample each 5 s; what was news, with its time. */
function told(values: readonly (number | null)[], known: readonly Rule[] = [rule]) {
  let state = recalled([], []);
  const news: (AlertNews & { atMs: number })[] = [];
  for (const [at, value] of values.entries()) {
    const judged = judge(known, state, sample(value), at * 5_000);
    ({ state } = judged);
    news.push(...judged.news.map((one) => ({ ...one, atMs: at * 5_000 })));
  }
  return { news, standing: standingAlerts(state) };
}

const short = ({ news }: ReturnType<typeof told>) => news.map(({ kind, atMs }) => [kind, atMs]);

describe('an alert', () => {
  it('is raised when it lasts, and ends by itself when that lasts too', () => {
    const high = Array.from({ length: 6 }, () => 0.95);
    const low = Array.from({ length: 6 }, () => 0.5);
    expect(short(told([...high, ...low]))).toEqual([
      ['raised', 15_000],
      ['ended', 45_000],
    ]);
  });

  it('is not raised for a moment', () => {
    expect(told([0.95, 0.95, 0.5, 0.95, 0.95, 0.5, 0.95, 0.95]).news).toEqual([]);
  });

  it('stands while the value is neither high nor low, and shows it as it is', () => {
    const { news, standing } = told([0.95, 0.95, 0.95, 0.95, 0.88, 0.88, 0.88, 0.88, 0.88]);
    expect(news).toHaveLength(1);
    expect(standing).toMatchObject([{ measure: 'disk', value: 0.88, raisedValue: 0.95 }]);
  });

  it('says nothing of what cannot be told, and forgets nothing by it', () => {
    expect(told([null, null, null, null]).news).toEqual([]);
    expect(told([0.95, 0.95, 0.95, 0.95, null, null]).standing).toHaveLength(1);
  });

  it('is told once: raised and ended follow each other, never closer than they must last', () => {
    const Values = fc.array(
      fc.oneof(fc.double({ min: 0.8, max: 1, noNaN: true }), fc.constant(null)),
      {
        maxLength: 200,
      },
    );
    fc.assert(
      fc.property(Values, (values) => {
        const { news } = told(values);
        for (const [at, one] of news.entries()) {
          expect(one.kind).toBe(at % 2 === 0 ? 'raised' : 'ended');
          const before = news[at - 1];
          if (before !== undefined) {
            expect(one.atMs - before.atMs).toBeGreaterThanOrEqual(rule.holdMs);
          }
        }
      }),
    );
  });
});

it.each(rules)('$measure is raised at its threshold, and ends only well below it', (one) => {
  const { measure, raiseAt, endAt, holdMs } = one;
  const samples = Math.ceil(holdMs / 5_000) + 2;
  let state = recalled([], []);
  let nowMs = 0;
  const newsOf = (value: number) => {
    const news: AlertNews['kind'][] = [];
    for (let count = 0; count < samples; count += 1) {
      const judged = judge([one], state, { ...sample(0), [measure]: value }, nowMs);
      ({ state } = judged);
      nowMs += 5_000;
      news.push(...judged.news.map(({ kind }) => kind));
    }
    return news;
  };
  expect(newsOf(raiseAt * 0.999)).toEqual([]);
  expect(newsOf(raiseAt)).toEqual(['raised']);
  expect(newsOf(endAt)).toEqual([]);
  expect(newsOf(endAt * 0.999)).toEqual(['ended']);
});

it('every rule ends below where it is raised', () => {
  for (const { raiseAt, endAt, holdMs } of rules) {
    expect(endAt).toBeLessThan(raiseAt);
    expect(holdMs).toBeGreaterThan(5_000);
  }
  const at = Object.fromEntries(rules.map(({ measure, raiseAt }) => [measure, raiseAt]));
  expect(at).toMatchObject({ cpu: 0.9, memory: 0.85, disk: 0.9 });
});
