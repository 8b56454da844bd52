/** A new machine's way into a mesh: knocks by an invite, and keeps what it is given. */
import { type Authority, readList } from '@bzzz/coordination';
import { type Identity, knock, verifySignature } from '@bzzz/mesh';
import {
  BzzzError,
  type Invite,
  inviteSigningBytes,
  isBzzzError,
  type KnockResponse,
  MemberName,
} from '@bzzz/protocol';
import { openIdentity } from '../folder/keys.ts';
import { type Layout, makeDataFolder } from '../folder/layout.ts';
import { lockFolder } from '../folder/lock.ts';
import { readSecretFile, replaceSecretFile } from '../folder/secret-file.ts';
import {
  forgetChangedKeys,
  readMembers,
  readOperator,
  writeMembers,
  writeOperator,
} from './files.ts';

export interface Joined {
  readonly peer: string;
  readonly mesh: string;
  readonly operator: string;
  readonly members: number;
  /** Where members are reached. */
  readonly addresses: readonly string[];
}

/**
 * Throws `invite_invalid`, `invite_expired`, `invite_used`, `mesh_unreachable` where no door opens, and
 * `config_invalid` where the machine belongs to another mesh, `peer_folder_locked` where a peer runs there. Killed at any
 * moment, the same code goes on where it was, while it lasts.
 */
export async function joinMesh(
  invite: Invite,
  { dataDir, name, signal }: { dataDir: string; name: string; signal: AbortSignal },
): Promise<Joined> {
  await assertGenuine(invite);
  const layout = await makeDataFolder(dataDir);
  // A peer that runs there goes by what it has read.
  const lock = await lockFolder(layout.lock);
  try {
    return await joinFrom(layout, invite, { name, signal });
  } finally {
    await lock.release();
  }
}

async function joinFrom(
  layout: Layout,
  invite: Invite,
  { name, signal }: { readonly name: string; readonly signal: AbortSignal },
): Promise<Joined> {
  await assertFree(layout, invite);
  const identity = await openIdentity(layout);
  const answer = await knockAtAny(identity, invite, name, signal);
  if (answer.kind === 'refused') throw new BzzzError(answer.code, answer.reason);
  const { mesh, operator } = invite.grant;
  const authority = { mesh, operator };
  const list = await readList({ verify: verifySignature }, authority, answer.members);
  if (!list.members.some(({ peer }) => peer === identity.peer)) {
    throw new BzzzError('members_invalid', 'the list that came does not name this peer');
  }
  // First whose mesh it is: with that alone nobody is a member, and the same code goes on from there.
  await writeOperator(layout, operator);
  if (await isLater(layout, authority, list.serial)) await writeMembers(layout, answer.members);
  await replaceSecretFile(layout.meshKey, answer.networkKey);
  await forgetChangedKeys(layout);
  const { addresses } = answer;
  return { peer: identity.peer, mesh, operator, members: list.members.length, addresses };
}

/** Whoever is back may have seen a later list than the one that came. */
async function isLater(layout: Layout, authority: Authority, serial: number): Promise<boolean> {
  const stored = await readMembers(layout);
  if (stored === null) return true;
  return (await readList({ verify: verifySignature }, authority, stored)).serial < serial;
}

/** Before anybody is told anything. */
async function assertGenuine({ grant, signature }: Invite): Promise<void> {
  if (await verifySignature(grant.operator, inviteSigningBytes(grant), signature)) return;
  throw new BzzzError('invite_invalid', 'its signature is wrong: it was changed on the way');
}

async function assertFree(layout: Layout, { grant }: Invite): Promise<void> {
  const operator = await readOperator(layout);
  if (operator !== null && operator !== grant.operator) {
    const reason = `this data folder belongs to the mesh of ${operator}; join with another one`;
    throw new BzzzError('config_invalid', reason);
  }
  if (operator === null && (await readSecretFile(layout.meshKey)) !== null) {
    const reason = `this data folder has a mesh of its own (${layout.meshKey}); join with another one`;
    throw new BzzzError('config_invalid', reason);
  }
}

async function knockAtAny(
  identity: Identity,
  { grant, secret, doors }: Invite,
  name: string,
  signal: AbortSignal,
): Promise<KnockResponse> {
  const tried: string[] = [];
  for (const door of doors) {
    try {
      const request = { id: grant.id, secret, name: MemberName.parse(name) };
      return await knock(identity, door, request, signal);
    } catch (error) {
      if (!isBzzzError(error) || error.code === 'aborted') throw error;
      if (error.code === 'mesh_refused') {
        const reason =
          'the door answered and failed: the log of the peer that made the code says why';
        throw new BzzzError('mesh_refused', reason, { cause: error });
      }
      tried.push(`${door.replace(/\/p2p\/.*/, '')}: ${error.reason}`);
    }
  }
  const reason = `no door opens (${tried.join('; ')}). Does the peer run that made the code?`;
  throw new BzzzError('mesh_unreachable', reason);
}
