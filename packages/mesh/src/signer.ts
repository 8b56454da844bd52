import type { Signer } from '@bzzz/coordination';
import { PeerId } from '@bzzz/protocol';
import { peerIdFromString } from '@libp2p/peer-id';
import type { Identity } from './identity.ts';

const SIGNATURE_BYTES = 64;

/**
 * The `Signer` port over a peer's identity. An Ed25519 peer id is its public key, so a signature
 * is checked without asking anybody.
 */
export function createSigner(identity: Identity): Signer {
  return {
    peer: identity.peer,
    async sign(bytes) {
      return Uint8Array.from(await identity.privateKey.sign(bytes));
    },
    verify: verifySignature,
  };
}

/** For whoever has no identity of his own: what `verify` of every peer answers. */
export async function verifySignature(
  peer: PeerId,
  bytes: Uint8Array,
  signature: Uint8Array,
): Promise<boolean> {
  // The port promises an answer for whatever came off a wire, typed or not.
  if (!PeerId.safeParse(peer).success || signature.byteLength !== SIGNATURE_BYTES) return false;
  try {
    const key = peerIdFromString(peer).publicKey;
    return key?.type === 'Ed25519' && (await key.verify(bytes, signature));
  } catch {
    // A point that is not on the curve, and whatever else the libraries throw at: not signed.
    return false;
  }
}
