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
export const placesMax = membersMax + strangersMax;

/** Of peers in the order in which they were set aside, those that have to go: the oldest strangers first. */
export function withoutPlace(
  peers: Iterable<PeerId>,
  isStranger: (peer: PeerId) => boolean,
): readonly PeerId[] {
  const [strangers, others]: [PeerId[], PeerId[]] = [[], []];
  for (const peer of peers) (isStranger(peer) ? strangers : others).push(peer);
  const all = strangers.length + others.length;
  const over = Math.max(strangers.length - strangersMax, all - placesMax, 0);
  return [...strangers, ...others].slice(0, over);
}
