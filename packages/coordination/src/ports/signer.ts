import type { PeerId } from '@bzzz/protocol';

/** The peer's identity, and the check of everybody else's. */
export interface Signer {
  readonly peer: PeerId;
  /** Ed25519, 64 bytes. */
  sign(bytes: Uint8Array): Promise<Uint8Array>;
  /** Whether `peer` signed exactly these bytes. False, never an error, for any malformed input. */
  verify(peer: PeerId, bytes: Uint8Array, signature: Uint8Array): Promise<boolean>;
}
