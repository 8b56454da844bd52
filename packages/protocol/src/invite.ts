/**
 * An invite: what a person carries from a member's machine to a new one. It names where to knock, and the
 * secret that opens once. The network key is not in it: that is handed over at the door, so a code that was
 * used, or is too old, tells nobody anything.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { z } from 'zod';
import { bytesToHex, byteString, fromBase64, signingBytesOf, toBase64, utf8 } from './bytes.ts';
import { createCodec } from './cbor.ts';
import { BzzzError, reasonOf } from './errors.ts';
import { MeshName, PeerId, Sha256Hex } from './ids.ts';
import { MemberName, NetworkKey, SignedMemberList } from './members.ts';

/** 64 random bits. */
export const InviteId = z
  .string()
  .regex(/^[0-9a-f]{16}$/, 'not 64 bits of hex')
  .brand('InviteId');
export type InviteId = z.infer<typeof InviteId>;

/** What the operator signs: whoever shows the secret may be admitted, once, until then. */
export const InviteGrant = z.object({
  id: InviteId,
  mesh: MeshName,
  operator: PeerId,
  secretSha256: Sha256Hex,
  expiresAtMs: z.int().min(0),
});
export type InviteGrant = z.infer<typeof InviteGrant>;

/** What its maker remembers of it. */
export const InviteRecord = z.object({
  grant: InviteGrant,
  /** Who came in by it; null: nobody yet. */
  usedBy: PeerId.nullable(),
  /** By the wall clock of the machine that made it; 0: not used. */
  usedAtMs: z.int().min(0),
  /** Whether that one stood in the list of members since. */
  isAdmitted: z.boolean(),
});
export type InviteRecord = z.infer<typeof InviteRecord>;

const Secret = byteString(16);

export const Invite = z.object({
  grant: InviteGrant,
  signature: byteString(64),
  secret: Secret,
  /** Multiaddrs of the door, with the id of the peer that opens. */
  doors: z.array(z.string().max(256).startsWith('/')).min(1).max(8),
});
export type Invite = z.infer<typeof Invite>;

const grantCodec = createCodec({ name: 'grant of an invite', schema: InviteGrant, bytesMax: 1024 });
const inviteCodec = createCodec({ name: 'invite', schema: Invite, bytesMax: 4 * 1024 });
const prefix = 'bzzz-invite-';

/** The bytes that the operator signs. */
export function inviteSigningBytes(grant: InviteGrant): Uint8Array {
  return signingBytesOf('bzzz/invite/1', grantCodec.encode(grant));
}

export function secretHash(secret: Uint8Array): Sha256Hex {
  return Sha256Hex.parse(bytesToHex(sha256(signingBytesOf('bzzz/invite/secret/1', secret))));
}

/** What `sha256` of a list's network key is; `key`: 64 hex digits. */
export function networkKeyHash(key: string): Sha256Hex {
  return Sha256Hex.parse(bytesToHex(sha256(utf8(`bzzz/network/key/1\n${key}`))));
}

/** One word, to be copied. */
export function inviteText(invite: Invite): string {
  const text = toBase64(inviteCodec.encode(invite));
  return prefix + text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** Throws `invite_invalid`. Whether its signature is right is not known yet. */
export function parseInvite(text: string): Invite {
  const word = text.trim();
  try {
    if (!word.startsWith(prefix)) throw new TypeError(`it does not begin with ${prefix}`);
    const body = word.slice(prefix.length).replaceAll('-', '+').replaceAll('_', '/');
    return inviteCodec.decode(fromBase64(body));
  } catch (error) {
    throw new BzzzError('invite_invalid', `not an invite: ${reasonOf(error)}`, { cause: error });
  }
}

/** What somebody new says at the door; who it is the connection proves. */
export const KnockRequest = z.object({ id: InviteId, secret: Secret, name: MemberName });
export type KnockRequest = z.infer<typeof KnockRequest>;

export const KnockRefusal = z.enum([
  'invite_invalid',
  'invite_expired',
  'invite_used',
  // Later than the others: who is of a release before is told only that the answer is none.
  'member_name_taken',
]);
export type KnockRefusal = z.infer<typeof KnockRefusal>;

export const KnockResponse = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('welcome'),
    mesh: MeshName,
    networkKey: NetworkKey,
    members: SignedMemberList,
    /** Multiaddrs by which members are reached. */
    addresses: z.array(z.string().max(256).startsWith('/')).max(16),
  }),
  z.object({ kind: z.literal('refused'), code: KnockRefusal, reason: z.string().max(512) }),
]);
export type KnockResponse = z.infer<typeof KnockResponse>;
