/** What a peer keeps of who belongs to its mesh: small files of the data folder. */
import { rm } from 'node:fs/promises';
import { createIdentity, type Identity, loadIdentity } from '@bzzz/mesh';
import {
  BzzzError,
  bytesToHex,
  complaints,
  fromBase64,
  hexToBytes,
  InviteRecord,
  PeerId,
  reasonOf,
  type SignedMemberList,
  signedMemberListCodec,
  toBase64,
} from '@bzzz/protocol';
import { z } from 'zod';
import type { Layout } from '../folder/layout.ts';
import { createSecretFile, readSecretFile, replaceSecretFile } from '../folder/secret-file.ts';

/** Null: this machine does not hold it. Throws `peer_key_invalid`, `peer_key_unsafe`. */
export async function readOperatorKey({ operatorKey: file }: Layout): Promise<Identity | null> {
  const text = await readSecretFile(file);
  if (text === null) return null;
  if (/^[0-9a-f]{64}$/.test(text)) return loadIdentity(hexToBytes(text));
  throw new BzzzError('peer_key_invalid', `${file} does not hold 64 hex digits`);
}

/** The operator's key of this machine, made where there is none. */
export async function openOperatorKey(layout: Layout): Promise<Identity> {
  const stored = await readOperatorKey(layout);
  if (stored !== null) return stored;
  const made = await createIdentity();
  await createSecretFile(layout.operatorKey, bytesToHex(made.seed));
  return (await readOperatorKey(layout)) ?? made;
}

/** Null: nobody admits anybody here. Throws `config_invalid`. */
export async function readOperator({ operator: file }: Layout): Promise<PeerId | null> {
  const text = await readSecretFile(file);
  if (text === null) return null;
  const parsed = PeerId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new BzzzError('config_invalid', `${file}: ${complaints(parsed.error)}`);
}

export async function writeOperator({ operator: file }: Layout, operator: PeerId): Promise<void> {
  await replaceSecretFile(file, operator);
}

/** As it was written; whether it is signed is not known yet. Null: none. Throws `members_invalid`. */
export async function readMembers({ members: file }: Layout): Promise<SignedMemberList | null> {
  const text = await readSecretFile(file);
  if (text === null) return null;
  try {
    return signedMemberListCodec.decode(fromBase64(text));
  } catch (error) {
    throw new BzzzError('members_invalid', `${file}: ${reasonOf(error)}`, { cause: error });
  }
}

export async function writeMembers(
  { members: file }: Layout,
  list: SignedMemberList,
): Promise<void> {
  await replaceSecretFile(file, toBase64(signedMemberListCodec.encode(list)));
}

const InviteFile = z.object({ version: z.literal(1), invites: z.array(InviteRecord).max(10_000) });

/** Throws `config_invalid`. */
export async function readInvites({ invites: file }: Layout): Promise<readonly InviteRecord[]> {
  const text = await readSecretFile(file);
  return text === null ? [] : checked(file, InviteFile, text).invites;
}

export async function writeInvites(
  { invites: file }: Layout,
  invites: readonly InviteRecord[],
): Promise<void> {
  await replaceSecretFile(file, JSON.stringify({ version: 1, invites }));
}

const KeyFile = z.object({
  version: z.literal(1),
  serial: z.int().min(2),
  current: z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits'),
  /** Those before it, the latest first. */
  former: z.array(z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits')).max(8),
});
export type ChangedKeys = Omit<z.infer<typeof KeyFile>, 'version'>;

/** Null: the first key was never changed. Throws `config_invalid`. */
export async function readChangedKeys({ networkKeys: file }: Layout): Promise<ChangedKeys | null> {
  const text = await readSecretFile(file);
  return text === null ? null : checked(file, KeyFile, text);
}

export async function writeChangedKeys(
  { networkKeys: file }: Layout,
  keys: ChangedKeys,
): Promise<void> {
  await replaceSecretFile(file, JSON.stringify({ version: 1, ...keys }));
}

/** The key that came is in force: none was changed since. */
export async function forgetChangedKeys({ networkKeys: file }: Layout): Promise<void> {
  await rm(file, { force: true });
}

function checked<S extends z.ZodType>(file: string, schema: S, text: string): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new BzzzError('config_invalid', `${file}: ${reasonOf(error)}`, { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new BzzzError('config_invalid', `${file}: ${complaints(parsed.error)}`);
}
