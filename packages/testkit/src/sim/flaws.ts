/**
 * What may be wrong with the work on a task, or be special about it. `tests`: it adds tests. `secret`: one of its
 * commits holds a secret. The others are as in virtual-reports.ts.
 */
export const flaws = [
  'fails',
  'endless',
  'silent',
  'floods',
  'trespasses',
  'unaccepted',
  'stuck',
  'missing',
  'secret',
  'tests',
] as const;
export type Flaw = (typeof flaws)[number];

/** Of these a task has one at most. */
export const breakdowns = [
  'fails',
  'endless',
  'silent',
  'floods',
  'trespasses',
  'unaccepted',
] as const satisfies readonly Flaw[];
