import type { MemberView } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';

/** By id, name, or the end of the id as it is shown. Throws `peer_unknown`. */
export function findPeer(members: readonly MemberView[], id: string): MemberView {
  const exact = members.filter(({ peer, name }) => peer === id || name === id);
  const found = exact.length > 0 || id.length < 4 ? exact : members.filter(endsWith(id));
  const [member] = found;
  if (member !== undefined && found.length === 1) return member;
  if (member === undefined) throw new BzzzError('peer_unknown', `there is no peer ${id}`);
  const ids = found.map(({ peer }) => peer).join(', ');
  throw new BzzzError('peer_unknown', `${id} could be ${ids}: give the id`);
}

function endsWith(id: string) {
  return ({ peer }: MemberView): boolean => peer.endsWith(id);
}
