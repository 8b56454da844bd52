/** What becomes of an invite: each opens once, until its time, for whoever shows its secret. */
import {
  type InviteId,
  type InviteRecord,
  type KnockRefusal,
  type PeerId,
  secretHash,
} from '@bzzz/protocol';

export type Redeemed =
  | { readonly kind: 'open' }
  /** The same peer again, to whom the answer was lost. */
  | { readonly kind: 'again' }
  | {
      readonly kind: 'refused';
      readonly code: KnockRefusal;
      readonly reason: string;
    };

/** Used ones are remembered so long after their time, so that they are told from forged ones. */
const keptMs = 7 * 86_400_000;

export function redeem(
  records: readonly InviteRecord[],
  knock: { readonly id: InviteId; readonly secret: Uint8Array; readonly peer: PeerId },
  wallMs: number,
): Redeemed {
  const record = records.find(({ grant }) => grant.id === knock.id);
  if (record === undefined) {
    return refused('invite_invalid', 'no such invite was made here, or it is long past');
  }
  // Before anything else is told of it.
  if (secretHash(knock.secret) !== record.grant.secretSha256) {
    return refused('invite_invalid', 'its secret is wrong');
  }
  // This process may have been killed before it was admitted.
  if (record.usedBy === knock.peer) return { kind: record.isAdmitted ? 'again' : 'open' };
  if (record.usedBy !== null) return refused('invite_used', 'another peer has come in by it');
  if (wallMs >= record.grant.expiresAtMs) {
    const minutes = Math.ceil((wallMs - record.grant.expiresAtMs) / 60_000);
    return refused('invite_expired', `it was good until ${minutes} min ago`);
  }
  return { kind: 'open' };
}

/** The records with this one changed. */
export function marked(
  records: readonly InviteRecord[],
  id: InviteId,
  change: Omit<InviteRecord, 'grant'>,
): readonly InviteRecord[] {
  return records.map((one) => (one.grant.id === id ? { ...one, ...change } : one));
}

/** Those that are worth remembering. */
export function remembered(
  records: readonly InviteRecord[],
  wallMs: number,
): readonly InviteRecord[] {
  return records.filter(({ grant }) => wallMs < grant.expiresAtMs + keptMs);
}

/** So long at least whoever came in may knock again, to whom the answer was lost. */
const againMs = 60_000;

/** Until when somebody may still knock with one of them, for the first time or again; null: nobody may. */
export function openUntilMs(records: readonly InviteRecord[], wallMs: number): number | null {
  const ends = records
    .map(({ grant, usedBy, usedAtMs }) =>
      usedBy === null ? grant.expiresAtMs : Math.max(grant.expiresAtMs, usedAtMs + againMs),
    )
    .filter((atMs) => atMs > wallMs);
  return ends.length === 0 ? null : Math.max(...ends);
}

function refused(code: KnockRefusal, reason: string): Redeemed {
  return { kind: 'refused', code, reason };
}
