/**
 * Bugs that are built in on purpose: a simulator that does not find them proves nothing. Those of the
 * deciding code are changes of its source text, applied as a module is loaded (mutate.ts), so what runs
 * is production code with a fault in it; those of adapters stand between a peer and its ports
 * (port-bugs.ts).
 */
import type { BugSpec } from './bug-spec.ts';
import { bugsOfAdapters } from './bugs-of-adapters.ts';
import { bugsOfClaims } from './bugs-of-claims.ts';
import { bugsOfHelp } from './bugs-of-help.ts';
import { bugsOfReworks } from './bugs-of-reworks.ts';
import { bugsOfTakeovers } from './bugs-of-takeovers.ts';
import { bugsOfWork } from './bugs-of-work.ts';

export const bugs = {
  ...bugsOfAdapters,
  ...bugsOfClaims,
  ...bugsOfHelp,
  ...bugsOfReworks,
  ...bugsOfTakeovers,
  ...bugsOfWork,
};
export type Bug = keyof typeof bugs;

export function bugSpec(bug: Bug): BugSpec {
  return bugs[bug];
}

export function isBug(name: string): name is Bug {
  return Object.hasOwn(bugs, name);
}
