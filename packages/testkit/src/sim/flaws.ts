/** Of these a task has one at most; they are as in virtual-reports.ts. */
export const breakdowns = [
  'fails',
  'endless',
  'silent',
  'floods',
  'trespasses',
  'unaccepted',
] as const;

/**
 * What may be wrong with the work on a task, or be special about it. `tests`: it adds tests. `secret`: one of its
 * commits holds a secret.
 */
export const flaws = [...breakdowns, 'stuck', 'missing', 'secret', 'tests'] as const;
export type Flaw = (typeof flaws)[number];
