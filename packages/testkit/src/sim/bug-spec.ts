import type { InvariantNumber } from './check/violation.ts';
import { type RuleId, seenAs } from './rules.ts';

/** One place of the source of `coordination`, which must occur exactly once. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface BugSpec {
  readonly what: string;
  /** The invariants and rules that it breaks; `foundBy` says which of these must be seen. */
  readonly breaks: readonly (InvariantNumber | RuleId)[];
  /** Absent: port-bugs.ts knows what to do. */
  readonly edits?: readonly Edit[];
}

/** What must be broken for a bug to count as found: the rule itself, where that has a check of its own. */
export function foundBy({ breaks }: BugSpec): readonly (InvariantNumber | RuleId)[] {
  const own = breaks.filter((one) => typeof one === 'string' && seenAs[one] === undefined);
  if (own.length > 0) return own;
  return [...new Set(breaks.map((one) => (typeof one === 'string' ? (seenAs[one] ?? one) : one)))];
}
