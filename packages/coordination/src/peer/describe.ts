/** What a peer tells the mesh of itself. */
import { type Account, type Capabilities, type DaySpend, limits } from '@bzzz/protocol';
import type { Tally } from '../contest/success.ts';
import { type Pause, pauseTold } from '../pause/pause.ts';
import type { Executors, Journal } from '../ports/index.ts';
import type { Membership } from '../membership/membership.ts';
import { offered } from './offered.ts';
import type { CoordinatorOptions } from './options.ts';

export interface Described {
  readonly account: Account | null;
  readonly executors: Executors;
  readonly running: number;
  readonly tally: Pick<Tally, 'success' | 'successOf'>;
  readonly journal: Pick<Journal, 'key' | 'length'>;
  readonly pause: Pause;
  readonly spent: DaySpend;
  readonly membership: Pick<Membership, 'all'>;
}

export function describePeer(
  options: CoordinatorOptions,
  { account, executors, running, tally, journal, pause, spent, membership }: Described,
): Omit<Capabilities, 'peer' | 'incarnation' | 'revision'> {
  const { name, version, wire, repositories, load } = options;
  const { tools, sandbox, slots, machine } = options.offer();
  const health = options.health?.();
  const memberList = options.memberList?.();
  return {
    name,
    account,
    version,
    wire,
    sandbox,
    slots,
    repositories: [...repositories],
    tools: [...tools],
    ...offered(executors),
    running,
    load: load(),
    success: tally.success(),
    successOf: tally.successOf(),
    journal: { key: journal.key, length: journal.length() },
    ...(machine === undefined ? {} : { machine }),
    ...(health === undefined ? {} : { health }),
    ...(memberList === undefined ? {} : { memberList }),
    spent,
    links: linksOf(membership),
    ...pauseTold(pause),
  };
}

/** Whom it is connected with, for whoever draws the mesh; of very many only some. */
function linksOf(membership: Described['membership']): Capabilities['links'] {
  const linked = membership.all().filter((one) => one.connected);
  return linked.slice(0, limits.linksMax).map(({ capabilities }) => capabilities.peer);
}
