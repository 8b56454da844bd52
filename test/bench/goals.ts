/** What a subject is to reach: as a ratio of two sides of the same round, or, where nothing stands beside it, as a figure. */
import { type Spread, spreadOf } from './spread.ts';

/** Of a side in one round. */
export interface Figures {
  readonly 'wall time': number;
  readonly 'CPU time': number;
  readonly rate: number;
  readonly [further: string]: number;
}

export interface Goal {
  /** A side. */
  readonly of: string;
  /** The side by whose figure it is divided; null: it stands for itself. */
  readonly beside: string | null;
  /** `wall time` or `CPU time` an operation, `rate`, `peak MiB` of this process, or the name of a further figure. */
  readonly what: string;
  /** What the figure stands for here, where its name does not say so. */
  readonly means?: string | undefined;
  /** Null: nothing was promised, and it is shown for comparison. */
  readonly must: { readonly atMost: number } | { readonly atLeast: number } | null;
}

export interface Reached extends Goal {
  /** Round by round, so that a noisy minute is in both parts of the ratio. */
  readonly value: Spread;
  /** By the median; null where there is nothing to meet. */
  readonly isMet: boolean | null;
}

/** Throws where a goal names a side or figure that there is not. */
export function reached(
  goals: readonly Goal[],
  rounds: ReadonlyMap<string, readonly Figures[]>,
): Reached[] {
  return goals.map((goal) => {
    const value = spreadOf(valuesOf(goal, rounds));
    return { ...goal, value, isMet: isMet(goal.must, value.median) };
  });
}

function isMet(must: Goal['must'], value: number): boolean | null {
  if (must === null) return null;
  return 'atMost' in must ? value <= must.atMost : value >= must.atLeast;
}

function valuesOf(
  { of, beside, what }: Goal,
  rounds: ReadonlyMap<string, readonly Figures[]>,
): number[] {
  const figures = (side: string) =>
    (rounds.get(side) ?? []).map((round) => {
      const value = round[what];
      if (value === undefined) throw new Error(`${side} has no figure ${what}`);
      return value;
    });
  const ours = figures(of);
  if (beside === null) return ours;
  const theirs = figures(beside);
  return ours.map((value, round) => value / (theirs[round] ?? Number.NaN));
}

export function goalText({ of, beside, what, means, must, value, isMet }: Reached): string {
  const whose = beside === null ? of : `${of} / ${beside}`;
  const found = [value.median, value.min, value.max].map((one) => Number(one.toPrecision(3)));
  const [median, min, max] = found;
  const figure = means === undefined ? what : `${what} (${means})`;
  const text = `${whose}, ${figure}: ${median} (${min}..${max})`;
  if (must === null) return `${text}, for comparison`;
  const [word, bound] = 'atMost' in must ? ['<=', must.atMost] : ['>=', must.atLeast];
  return `${text}, goal ${word} ${bound}: ${isMet === true ? 'met' : 'MISSED'}`;
}
