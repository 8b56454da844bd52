/** Whom to ask for help: those that could do the job come first, the free ones before the busy. */
import type { Capabilities, PeerId, Plea } from '@bzzz/protocol';
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
): readonly PeerId[] {
  const { repo } = taskParts(task);
  const others = membership.live().filter(({ peer, slots, sandbox, repositories }) => {
    const isHelpful = slots > 0 && sandbox !== 'none' && repositories.includes(repo);
    return isHelpful && peer !== self && peer !== asker && !quarantine.has(peer);
  });
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

function peersOf(capabilities: readonly Capabilities[]): PeerId[] {
  return capabilities.map(({ peer }) => peer);
}
