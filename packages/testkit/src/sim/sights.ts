/** What a run has met so far, so that a blind simulator can be told. */
import type { Faults, Happening } from './faults.ts';
import type { PeopleAct } from './history.ts';

/** Where the weight of a fault told, each time: `delayMsMax` is a message that came late, and so on. */
type FaultSight = Exclude<keyof Faults, 'everyMs'>;

export type Sight =
  | FaultSight
  | Happening
  | `people ${PeopleAct}`
  | 'flood'
  | 'webhook'
  | 'overtaken'
  | 'old replica'
  | 'copied from a third'
  | 'silence'
  | 'trespass'
  | 'secret'
  | 'new test'
  | 'idle test'
  | 'partition healed'
  | 'silent partition'
  | 'takeover'
  | 'eager takeover'
  | 'publication'
  | 'rejected push'
  | 'claim in doubt'
  | 'refused claim'
  | 'told to wait'
  | 'failed attempt'
  | 'given up'
  | 'death'
  | 'fenced'
  | 'carried result'
  | 'tidied'
  | 'tidied while open'
  | 'checkpoint'
  | 'went on'
  | 'rework'
  | 'reworked'
  | 'not reworked'
  | 'step'
  | 'sent back'
  | 'asked for help'
  | 'handed on'
  | 'helped'
  | 'nobody helps'
  | 'help lost'
  | 'help given up'
  | 'verdict'
  | 'disagreement'
  | 'declined verdict'
  | 'verified'
  | 'unverified';

export interface Sights {
  count(sight: Sight): void;
  totals(): ReadonlyMap<Sight, number>;
}

export function createSights(): Sights {
  const totals = new Map<Sight, number>();
  return {
    count: (sight) => totals.set(sight, (totals.get(sight) ?? 0) + 1),
    totals: () => totals,
  };
}
