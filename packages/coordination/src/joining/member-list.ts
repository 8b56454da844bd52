/** The operator's list of members: made, changed and checked. */
import {
  BzzzError,
  isBzzzError,
  limits,
  type Member,
  MemberList,
  memberListCodec,
  memberListSigningBytes,
  type MeshName,
  type PeerId,
  type Sha256Hex,
  type SignedMemberList,
} from '@bzzz/protocol';
import type { Signer } from '../ports/index.ts';

/** Of which mesh, and by whom. */
export interface Authority {
  readonly mesh: MeshName;
  readonly operator: PeerId;
}

/** The list of a mesh that has just been made. */
export function firstList(authority: Authority, founder: Member): MemberList {
  return { ...authority, serial: 1, atMs: founder.sinceMs, members: [founder] };
}

/** Who is in it already keeps its place, under the name that is said now. Throws `config_invalid`. */
export function withMember(list: MemberList, member: Member): MemberList {
  const before = list.members.find(({ peer }) => peer === member.peer);
  const others = list.members.filter(({ peer }) => peer !== member.peer);
  if (others.length >= limits.membersMax) {
    const reason = `a mesh has at most ${limits.membersMax} members; remove one first`;
    throw new BzzzError('config_invalid', reason);
  }
  const since = before === undefined ? {} : { sinceMs: before.sinceMs };
  const removed = list.removed?.filter((peer) => peer !== member.peer);
  const members = [...others, { ...member, ...since }];
  return next(list, { members, ...(removed === undefined ? {} : { removed }) }, member.sinceMs);
}

/** Why nobody else may be called so: what is said of one would be done to the other. Null: nobody is. */
export function nameTaken(
  list: MemberList,
  { peer, name }: Pick<Member, 'peer' | 'name'>,
): BzzzError | null {
  const holder = list.members.find((one) => one.name === name && one.peer !== peer);
  if (holder === undefined) return null;
  return new BzzzError('member_name_taken', `the member ${holder.peer} is called ${name}`);
}

/** Throws `peer_unknown` for who is not in it. */
export function withoutMember(list: MemberList, peer: PeerId, atMs: number): MemberList {
  const members = list.members.filter((one) => one.peer !== peer);
  if (members.length === list.members.length) {
    throw new BzzzError('peer_unknown', `${peer} is no member`);
  }
  const before = (list.removed ?? []).filter((one) => one !== peer);
  const removed = [...before, peer].slice(-limits.removedMembersMax);
  return next(list, { members, removed }, atMs);
}

/** Another network key is in force from now on. */
export function withNetworkKey(list: MemberList, sha256: Sha256Hex, atMs: number): MemberList {
  const serial = (list.networkKey?.serial ?? 1) + 1;
  return next(list, { networkKey: { serial, sha256 } }, atMs);
}

function next(list: MemberList, change: Partial<MemberList>, atMs: number): MemberList {
  return MemberList.parse({ ...list, ...change, serial: list.serial + 1, atMs });
}

/** `operator` signs with the key that the list names. */
export async function signList(
  operator: Pick<Signer, 'peer' | 'sign'>,
  list: MemberList,
): Promise<SignedMemberList> {
  if (operator.peer !== list.operator) {
    const reason = `this operator key is ${operator.peer}, the mesh belongs to ${list.operator}`;
    throw new BzzzError('operator_missing', reason);
  }
  const bytes = memberListCodec.encode(list);
  return { list: bytes, signature: await operator.sign(memberListSigningBytes(bytes)) };
}

/** What the operator of this mesh signed. Throws `members_invalid`. */
export async function readList(
  signer: Pick<Signer, 'verify'>,
  { mesh, operator }: Authority,
  { list: bytes, signature }: SignedMemberList,
): Promise<MemberList> {
  if (!(await signer.verify(operator, memberListSigningBytes(bytes), signature))) {
    throw new BzzzError('members_invalid', `${operator}, the operator, did not sign this list`);
  }
  const list = decoded(bytes);
  if (list.operator !== operator || list.mesh !== mesh) {
    const reason = `the list is of the mesh ${list.mesh} of ${list.operator}`;
    throw new BzzzError('members_invalid', reason);
  }
  return list;
}

function decoded(bytes: Uint8Array): MemberList {
  try {
    return memberListCodec.decode(bytes);
  } catch (error) {
    if (!isBzzzError(error)) throw error;
    throw new BzzzError('members_invalid', error.reason, { cause: error });
  }
}
