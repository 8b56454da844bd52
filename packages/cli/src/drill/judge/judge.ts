/**
 * Whether the invariants held through a drill (docs/INVARIANTS.md), by what was seen from outside. Nothing here asks a
 * peer for its opinion: owners and results are those of the fence, and of journals that are laid beside it.
 * What could not be looked at does not hold.
 */
import type { Evidence } from './evidence.ts';
import { entriesKept, intentsFirst, oneHistory } from './journals.ts';
import { oneOwner, onePublisher } from './fences.ts';
import { nobodyMissing, tasksEnded } from './mesh.ts';

export interface Finding {
  /** Stable, for programs. */
  readonly id: string;
  /** Number in docs/INVARIANTS.md; null: it is what a drill asks for besides. */
  readonly invariant: number | null;
  readonly text: string;
  readonly holds: boolean;
  /** Why not, one sentence each. */
  readonly against: readonly string[];
  /** How much was looked at, in words. */
  readonly seen: string;
}

interface Rule {
  readonly id: string;
  readonly invariant: number | null;
  readonly text: string;
  readonly look: (evidence: Evidence) => Looked;
}

export interface Looked {
  readonly against: readonly string[];
  readonly seen: string;
}

const rules: readonly Rule[] = [
  { id: 'effect', invariant: null, text: 'the fault was there', look: effectSeen },
  {
    id: 'one-owner',
    invariant: 2,
    text: 'one owner an epoch, and epochs never fall',
    look: oneOwner,
  },
  {
    id: 'one-publisher',
    invariant: 1,
    text: 'a task has one publisher an epoch, and one pull request',
    look: onePublisher,
  },
  {
    id: 'tasks-ended',
    invariant: 3,
    text: 'every task under way has ended, or somebody alive holds it',
    look: tasksEnded,
  },
  {
    id: 'intents-first',
    invariant: 7,
    text: 'nothing was pushed without its intent in the journal',
    look: intentsFirst,
  },
  {
    id: 'entries-kept',
    invariant: 7,
    text: 'every entry that was acknowledged is still there',
    look: entriesKept,
  },
  { id: 'one-history', invariant: 8, text: 'no journal tells two stories', look: oneHistory },
  {
    id: 'nobody-missing',
    invariant: null,
    text: 'after the fault nobody is missing',
    look: nobodyMissing,
  },
];

export function judge(evidence: Evidence): Finding[] {
  return rules.map(({ look, ...rule }) => {
    const { against, seen } = look(evidence);
    return { ...rule, holds: against.length === 0, against, seen };
  });
}

/** A drill whose fault did nothing shows nothing. */
function effectSeen({ effect }: Evidence): Looked {
  return effect === null
    ? { against: ['nobody saw it do anything'], seen: '' }
    : { against: [], seen: effect };
}
