/** Journals are never cut: together they may grow with what was done, and not with time. */
import { short } from './trend.ts';

/** Entries of all journals together, and the issues that were done by then. */
export interface Counted {
  readonly entries: number;
  readonly done: number;
}

export interface CountedTimes {
  readonly begin: Counted;
  readonly half: Counted;
  readonly end: Counted;
}

/** Entries of an issue may differ by so much between the halves. */
const ratioMax = 1.25;
/** Issues of a half below which single ones weigh too much. */
const doneMin = 10;

/** What an issue costs all journals early and late, and whether there is something against that. */
export function journalGrowth({ begin, half, end }: CountedTimes): {
  line: string;
  isProblem: boolean;
} {
  const [first, second] = [rate(begin, half), rate(half, end)];
  const least = Math.min(half.done - begin.done, end.done - half.done);
  const isJudged = least >= doneMin;
  const isBounded = second <= ratioMax * first;
  const verdict = isBounded ? 'with the work' : 'GROW BY THEMSELVES';
  const judged = isJudged ? verdict : `not judged: ${least} issues in a half, below ${doneMin}`;
  return {
    line: `journals: ${end.entries} entries; ${short(first)} an issue, later ${short(second)}, fails above ${short(ratioMax * first)}: ${judged}`,
    isProblem: isJudged && !isBounded,
  };
}

function rate(from: Counted, to: Counted): number {
  return (to.entries - from.entries) / Math.max(1, to.done - from.done);
}
