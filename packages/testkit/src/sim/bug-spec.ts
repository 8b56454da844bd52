import type { InvariantNumber } from './check/violation.ts';
import type { RuleId } from './rules.ts';

/** One place of the source of `coordination`, which must occur exactly once. */
export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

export interface BugSpec {
  readonly what: string;
  /** The invariants and rules that it breaks; it is found by one of these. */
  readonly breaks: readonly (InvariantNumber | RuleId)[];
  /** Absent: port-bugs.ts knows what to do. */
  readonly edits?: readonly Edit[];
}
