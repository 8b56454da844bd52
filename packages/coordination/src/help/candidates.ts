/** Whom to ask for help: those that could do the job come first, the free ones before the busy. */
import type { Capabilities, Lack, PeerId, Plea } from '@bzzz/protocol';
import { taskParts } from '@bzzz/protocol';
import { obstacleOf, rank } from '../contest/rank.ts';
import { rendezvous } from '../contest/rendezvous.ts';
import type { Membership } from '../membership/membership.ts';
import type { Quarantine } from '../quarantine/quarantine.ts';
import type { Book } from '../task/book.ts';

export interface CandidateDeps {
  readonly self: PeerId;
  readonly membership: Pick<Membership, 'live'>;
  readonly quarantine: Pick<Quarantine, 'has'>;
  /** What the task needs, as far as it was heard. */
  readonly book: Pick<Book, 'get'>;
}

/** Those that cannot do it themselves come last: they may know somebody whom we do not. */
export function helpCandidates(
  { self, membership, quarantine, book }: CandidateDeps,
  { id, task, peer: asker }: Plea,
  lacks?: Lack,
): readonly PeerId[] {
  const { repo } = taskParts(task);
  const others = membership.live().filter(({ peer, slots, sandbox, repositories }) => {
    const isHelpful = slots > 0 && sandbox !== 'none' && repositories.includes(repo);
    return isHelpful && peer !== self && peer !== asker && !quarantine.has(peer);
  });
  const byNeeds = inOrder();
  const having = new Set(peersOf(others.filter((one) => lacks !== undefined && has(one, lacks))));
  return [
    ...byNeeds.filter((peer) => having.has(peer)),
    ...byNeeds.filter((peer) => !having.has(peer)),
  ];

  function inOrder(): PeerId[] {
    const needs = book.get(task)?.seen?.needs;
    if (needs === undefined) return rendezvous(id, peersOf(others));
    const kind = book.get(task)?.seen?.recipe;
    const free = rank(others, task, needs, kind);
    const busy = others.filter((one) => {
      const kind = obstacleOf(one, task, needs)?.kind;
      // Who takes no task of its own still helps with those of others.
      return kind === 'slots' || kind === 'paused';
    });
    const able = [...free, ...rendezvous(id, peersOf(busy))];
    const rest = peersOf(others).filter((peer) => !able.includes(peer));
    return [...able, ...rendezvous(id, rest)];
  }
}

/** Whether it says so; of a program that nobody looked for, it may have it all the same. */
function has({ executors, models, tools }: Capabilities, { kind, name }: Lack): boolean {
  const names: Readonly<Record<string, readonly string[]>> = {
    executor: executors,
    model: models,
    tool: tools,
  };
  const offered = Object.hasOwn(names, kind) ? names[kind] : undefined;
  return offered?.includes(name) ?? false;
}

function peersOf(capabilities: readonly Capabilities[]): PeerId[] {
  return capabilities.map(({ peer }) => peer);
}
