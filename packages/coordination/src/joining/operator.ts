/**
 * What the machine with the operator's key does: invites, admits, removes, changes the network key. Each is a new
 * list of members, on disk and told to the mesh before anybody hears that it was done.
 */
import {
  BzzzError,
  bytesToHex,
  type Invite,
  InviteId,
  type InviteRecord,
  inviteSigningBytes,
  type KnockRequest,
  type KnockResponse,
  limits,
  type MemberList,
  networkKeyHash,
  type PeerId,
  secretHash,
} from '@bzzz/protocol';
import type { Clock, Random, Signer } from '../ports/index.ts';
import { createSerial } from '../support/serial.ts';
import type { Admission } from './admission.ts';
import { marked, openUntilMs, redeem, remembered } from './invites.ts';
import { nameTaken, signList, withMember, withNetworkKey, withoutMember } from './member-list.ts';
import type { NetworkKeys } from './network-keys.ts';

export interface OperatorDeps {
  readonly clock: Clock;
  readonly random: Random;
  /** Signs with the operator's key, not with the peer's. */
  readonly operator: Pick<Signer, 'peer' | 'sign'>;
  /** This peer, which cannot be removed here. */
  readonly self: PeerId;
  readonly admission: Pick<Admission, 'list' | 'signed' | 'take'>;
  readonly keys: NetworkKeys;
  /** Of the last run. */
  readonly invites: readonly InviteRecord[];
  /** Resolves when they are on disk. */
  readonly saveInvites: (records: readonly InviteRecord[]) => Promise<void>;
  /** Multiaddrs by which members of the mesh are reached. */
  readonly addresses: () => readonly string[];
  /** Told when an invite was made or used: whether the door must be open may have changed. */
  readonly onInvites: () => void;
}

export interface Operator {
  /** `doors`: where somebody new can knock, each with `/p2p/` and the id of this peer. */
  invite(options: { readonly lastsMs: number; readonly doors: readonly string[] }): Promise<Invite>;
  /** Throws `member_name_taken`, and `config_invalid` when there is no room. */
  admit(peer: PeerId, name: string): Promise<void>;
  /** Throws `peer_unknown`; `config_invalid` for this very peer. */
  remove(peer: PeerId): Promise<void>;
  /** Puts another network key in force. Throws `config_invalid` where the key is not the data folder's own. */
  changeNetworkKey(): Promise<void>;
  /** Goes on with a change of the network key that a crash cut short. */
  finish(): Promise<void>;
  /** Somebody shows an invite. */
  knock(from: PeerId, request: KnockRequest): Promise<KnockResponse>;
  /** By the wall clock; null: nobody may come in. */
  openUntilMs(): number | null;
}

export function createOperator(deps: OperatorDeps): Operator {
  const { clock, random, operator, admission, keys } = deps;
  const serial = createSerial();
  let records = remembered(deps.invites, clock.wallMs());

  async function change(next: (list: MemberList) => MemberList): Promise<void> {
    const signed = await signList(operator, next(admission.list()));
    if (await admission.take(signed)) return;
    // Another machine with the same key was faster.
    throw new BzzzError('members_invalid', 'another list came at the same moment; try again');
  }

  async function save(next: readonly InviteRecord[]): Promise<void> {
    const kept = remembered(next, clock.wallMs());
    await deps.saveInvites(kept);
    records = kept;
    deps.onInvites();
  }

  async function announcePending(): Promise<boolean> {
    const told = admission.list().networkKey?.serial ?? 1;
    if (keys.serial() <= told) return false;
    await announceKey();
    return true;
  }

  async function announceKey(): Promise<void> {
    const sha256 = networkKeyHash(keys.current());
    await change((list) => withNetworkKey(list, sha256, Math.floor(clock.wallMs())));
  }

  function welcome(): KnockResponse {
    const members = admission.signed();
    // Never here: who came in by an invite stands in it.
    if (members === null) throw new BzzzError('defect', 'there is no list of members');
    return {
      kind: 'welcome',
      mesh: admission.list().mesh,
      networkKey: keys.current(),
      members,
      addresses: deps.addresses().slice(0, 16),
    };
  }

  function isMember(peer: PeerId): boolean {
    return admission.list().members.some((one) => one.peer === peer);
  }

  return {
    invite: ({ lastsMs, doors }) =>
      serial(async () => {
        const secret = random.bytes(16);
        const grant = {
          id: InviteId.parse(bytesToHex(random.bytes(8))),
          mesh: admission.list().mesh,
          operator: operator.peer,
          secretSha256: secretHash(secret),
          expiresAtMs: Math.floor(clock.wallMs() + lastsMs),
        };
        const signature = await operator.sign(inviteSigningBytes(grant));
        await save([...records, { grant, usedBy: null, usedAtMs: 0, isAdmitted: false }]);
        return { grant, signature, secret, doors: doors.slice(0, 8) };
      }),
    admit: (peer, name) =>
      serial(async () => {
        const taken = nameTaken(admission.list(), { peer, name });
        if (taken !== null) throw taken;
        const sinceMs = Math.floor(clock.wallMs());
        await change((list) => withMember(list, { peer, name, sinceMs }));
      }),
    remove: (peer) =>
      serial(async () => {
        if (peer === deps.self) {
          throw new BzzzError('config_invalid', 'this peer holds the operator key; it stays');
        }
        // What let it in once does not do so again.
        const admitted = records.map((one) =>
          one.usedBy === peer ? { ...one, isAdmitted: true } : one,
        );
        await save(admitted);
        await change((list) => withoutMember(list, peer, Math.floor(clock.wallMs())));
      }),
    changeNetworkKey: () =>
      serial(async () => {
        // One that a failure kept from being announced is announced, not replaced: nobody else has a later one.
        if (await announcePending()) return;
        // Kept here before anybody hears of it, or there would be a key that nobody has.
        await keys.take(keys.serial() + 1, bytesToHex(random.bytes(32)));
        await announceKey();
      }),
    finish: () =>
      serial(async () => {
        await announcePending();
      }),
    knock: (from, { id, secret, name }) =>
      serial(async () => {
        const wallMs = clock.wallMs();
        const redeemed = redeem(records, { id, secret, peer: from }, wallMs);
        switch (redeemed.kind) {
          case 'refused':
            return { ...redeemed, reason: redeemed.reason.slice(0, limits.reasonCharsMax) };
          case 'again':
            // Removed since: an old invite does not bring it back.
            if (isMember(from)) return welcome();
            return { kind: 'refused', code: 'invite_used', reason: 'you were removed since' };
          case 'open': {
            // Before it is marked: the same code opens under another name.
            const taken = nameTaken(admission.list(), { peer: from, name });
            if (taken !== null) {
              return { kind: 'refused', code: 'member_name_taken', reason: taken.reason };
            }
            // Marked first: whatever happens then, nobody else comes in by it.
            const used = { usedBy: from, usedAtMs: Math.floor(wallMs) };
            await save(marked(records, id, { ...used, isAdmitted: false }));
            await change((list) =>
              withMember(list, { peer: from, name, sinceMs: Math.floor(wallMs) }),
            );
            await save(marked(records, id, { ...used, isAdmitted: true }));
            return welcome();
          }
        }
      }),
    openUntilMs: () => openUntilMs(records, clock.wallMs()),
  };
}
