import type { PeerId } from '@bzzz/protocol';
import type { Chronicle } from '../chronicle/chronicle.ts';
import type { Membership } from './membership.ts';

export interface OutsidersDeps {
  readonly chronicle: Pick<Chronicle, 'record'>;
  readonly membership: Pick<Membership, 'all' | 'isDead' | 'missing' | 'expel'>;
}

/**
 * Whom the operator took out is as good as dead: it counts for no majority, has no place in a contest, is waited for by
 * nobody, and what it holds is taken over. It may have been met in this run or the last.
 */
export async function expelOutsiders(
  { chronicle, membership }: OutsidersDeps,
  isMember: (peer: PeerId) => boolean,
): Promise<void> {
  const met = membership.all().map(({ capabilities }) => capabilities.peer);
  for (const peer of [...met, ...membership.missing()].filter((one) => !isMember(one))) {
    if (membership.isDead(peer)) continue;
    membership.expel(peer);
    const reason = 'the operator of the mesh took it out';
    await chronicle.record({ kind: 'member.dead', peer, reason });
  }
}
