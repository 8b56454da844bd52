/** What a peer tells the mesh of itself. */
import type { Account, Capabilities, DaySpend } from '@bzzz/protocol';
import type { Tally } from '../contest/success.ts';
import { type Pause, pauseTold } from '../pause/pause.ts';
import type { Executors, Journal } from '../ports/index.ts';
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
}

export function describePeer(
  options: CoordinatorOptions,
  { account, executors, running, tally, journal, pause, spent }: Described,
): Omit<Capabilities, 'peer' | 'incarnation' | 'revision'> {
  const { name, version, wire, repositories, load } = options;
  const { tools, sandbox, slots, machine } = options.offer();
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
    spent,
    ...pauseTold(pause),
  };
}
