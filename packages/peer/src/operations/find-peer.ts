import type { MemberView, QuarantineView } from '@bzzz/coordination';
import { BzzzError, type PeerId } from '@bzzz/protocol';

/** By id, name, or the end of the id as it is shown. Throws `peer_unknown`. */
export function findPeer(members: readonly MemberView[], id: string): MemberView {
  return find(members, id, `there is no peer ${id}`);
}

/** The same, of those in quarantine, who need not be members any more. Throws `peer_unknown`. */
export function findQuarantined(quarantine: readonly QuarantineView[], id: string): QuarantineView {
  return find(quarantine, id, `no peer ${id} is in quarantine`);
}

function find<T extends { readonly peer: PeerId; readonly name: string | null }>(
  all: readonly T[],
  id: string,
  nobody: string,
): T {
  const exact = all.filter(({ peer, name }) => peer === id || name === id);
  const isEnd = id.length >= 4;
  const found = exact.length === 0 && isEnd ? all.filter(({ peer }) => peer.endsWith(id)) : exact;
  const [one] = found;
  if (one !== undefined && found.length === 1) return one;
  if (one === undefined) throw new BzzzError('peer_unknown', nobody);
  const ids = found.map(({ peer }) => peer).join(', ');
  throw new BzzzError('peer_unknown', `${id} could be ${ids}: give the id`);
}
