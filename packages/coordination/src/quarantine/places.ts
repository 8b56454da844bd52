/**
 * Who may be set aside when many are. An identity costs nothing, and neither does a proof against it that its
 * own maker signs, so whoever floods the mesh with such proofs must not leave the others without a place: a
 * peer that was met as a member always finds one, since the table of members is bounded itself, and all who
 * were never met share a few, of which the oldest goes. They are asked for nothing, so they lose no place that
 * mattered; what they signed is found again, should they ever be met.
 */
import type { PeerId } from '@bzzz/protocol';
import { membersMax } from '../membership/membership.ts';

/** Set aside without having been met. */
export const strangersMax = 256;
const placesMax = membersMax + strangersMax;

/** Of peers in the order in which they were set aside, those that have to go. */
export function withoutPlace(
  peers: Iterable<PeerId>,
  isMet: (peer: PeerId) => boolean,
): readonly PeerId[] {
  const met: PeerId[] = [];
  const strangers: PeerId[] = [];
  for (const peer of peers) (isMet(peer) ? met : strangers).push(peer);
  const over = Math.max(
    strangers.length - strangersMax,
    strangers.length + met.length - placesMax,
    0,
  );
  return [...strangers, ...met].slice(0, over);
}
