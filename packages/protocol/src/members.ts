/**
 * Who belongs to a mesh that has an operator: one list, signed by the operator's key, of which the latest
 * counts everywhere. This file is about the bytes; who is let in by it is decided in `coordination`.
 */
import { z } from 'zod';
import { byteString, signingBytesOf } from './bytes.ts';
import { createCodec } from './cbor.ts';
import { MeshName, PeerId, Sha256Hex } from './ids.ts';
import { limits } from './limits.ts';

export const MemberName = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/, 'not a name');

export const Member = z.object({
  peer: PeerId,
  /** What people call its machine. */
  name: MemberName,
  /** When it was admitted, by the operator's clock; for people only. */
  sinceMs: z.int().min(0),
});
export type Member = z.infer<typeof Member>;

export const MemberList = z.object({
  mesh: MeshName,
  operator: PeerId,
  /** Rises with every change: of two lists the one with the higher serial counts. */
  serial: z.int().min(1),
  atMs: z.int().min(0),
  members: z.array(Member).max(limits.membersMax),
  /** Who was one and was taken out; of very many the latest. Absent: nobody. */
  removed: z.array(PeerId).max(limits.removedMembersMax).optional(),
  /** Which network key is in force; absent: the first one. */
  networkKey: z.object({ serial: z.int().min(2), sha256: Sha256Hex }).optional(),
});
export type MemberList = z.infer<typeof MemberList>;

const Signature = byteString(64);

/** The list as it was signed, byte for byte: what a later version says in it stays signed. */
export const SignedMemberList = z.object({
  list: byteString(limits.memberListBytesMax),
  signature: Signature,
});
export type SignedMemberList = z.infer<typeof SignedMemberList>;

export const memberListCodec = createCodec({
  name: 'list of members',
  schema: MemberList,
  bytesMax: limits.memberListBytesMax,
});

export const signedMemberListCodec = createCodec({
  name: 'signed list of members',
  schema: SignedMemberList,
  bytesMax: limits.memberListBytesMax + 128,
});

/** The bytes that the operator signs. */
export function memberListSigningBytes(list: Uint8Array): Uint8Array {
  return signingBytesOf('bzzz/members/1', list);
}

/** Asks a peer for its list, where that is later than this one. */
export const MembersRequest = z.object({ serial: z.int().min(0) });
export type MembersRequest = z.infer<typeof MembersRequest>;

/** Null: it has none, or none that is later. */
export const MembersResponse = z.object({ later: SignedMemberList.nullable() });
export type MembersResponse = z.infer<typeof MembersResponse>;

/** Asks a member for the network key that the list of this serial names. */
export const NetworkKeyRequest = z.object({ serial: z.int().min(2) });
export type NetworkKeyRequest = z.infer<typeof NetworkKeyRequest>;

export const NetworkKey = z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits');

/** Null: it has not got it itself. */
export const NetworkKeyResponse = z.object({ key: NetworkKey.nullable() });
export type NetworkKeyResponse = z.infer<typeof NetworkKeyResponse>;
