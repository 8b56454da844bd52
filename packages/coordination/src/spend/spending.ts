/** What models cost this peer and its mesh, against what the operator allows. */
import type { DaySpend, PeerId, SpendCaps } from '@bzzz/protocol';
import type { Membership } from '../membership/membership.ts';
import type { Clock, Executors } from '../ports/index.ts';
import type { Quarantine } from '../quarantine/quarantine.ts';
import { capReached, withCaps } from './caps.ts';
import { createLedger, type Ledger, sumOf } from './ledger.ts';
import { toldByOthers } from './told.ts';

export interface Spending extends Pick<Ledger, 'take'> {
  /** Of this peer in the last 24 hours. */
  day(): DaySpend;
  /** Which cap is reached, for people; null: none. */
  capReached(): string | null;
  /** These, of which those that ask models are ready only while no cap is reached. */
  capped(executors: Executors): Executors;
}

export interface SpendingDeps {
  readonly clock: Clock;
  readonly membership: Pick<Membership, 'all'>;
  readonly quarantine: Pick<Quarantine, 'has'>;
  readonly self: PeerId;
}

export function createSpending(deps: SpendingDeps, caps: SpendCaps): Spending {
  const { clock, membership, quarantine, self } = deps;
  const ledger = createLedger();
  const day = () => ledger.day(clock.wallMs());

  function reached(): string | null {
    const own = day();
    const told = toldByOthers(membership.all(), {
      self,
      isSetAside: quarantine.has,
      caps,
      nowMs: clock.monotonicMs(),
    });
    return capReached(caps, own, sumOf([own, ...told]));
  }

  return {
    take: ledger.take,
    day,
    capReached: reached,
    capped: (executors) => withCaps(executors, () => reached() !== null),
  };
}
