/**
 * Members that are suspected for long: nobody here sees enough of the mesh to declare them dead, as after most
 * of it went down or was cut off. Pure.
 */
import type { MemberView } from '@bzzz/coordination';
import type { Problem } from '@bzzz/protocol/api';

/** A suspicion that others can confirm is settled sooner, one way or the other. */
const settledMs = 10_000;
const toldMax = 4;

export function unreachableOf(members: readonly MemberView[]): Problem[] {
  const others = members.filter(({ self, removed }) => !self && !removed);
  // Where none is connected it is alone, and that is told.
  if (!others.some(({ connected }) => connected)) return [];
  const lost = others.filter(
    ({ liveness, quarantined, heardAgoMs }) =>
      liveness === 'suspected' && !quarantined && heardAgoMs >= settledMs,
  );
  if (lost.length === 0) return [];
  const names = lost.slice(0, toldMax).map(({ name }) => name);
  const more = lost.length > toldMax ? `, and ${lost.length - toldMax} more` : '';
  const text = `${lost.length} of ${others.length} other peers cannot be reached from here: ${names.join(', ')}${more}.`;
  return [{ code: 'peers_unreachable', severity: 'error', text, advice }];
}

const advice =
  'They are down, or the network is split: start them where they ran (`bzzz up`), or ask `bzzz doctor net`. What they hold is taken over only by peers that see most of the mesh.';
