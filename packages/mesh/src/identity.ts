import { BzzzError, PeerId, reasonOf } from '@bzzz/protocol';
import { generateKeyPairFromSeed, privateKeyFromRaw } from '@libp2p/crypto/keys';
import type { Ed25519PrivateKey } from '@libp2p/interface';
import { peerIdFromPrivateKey } from '@libp2p/peer-id';

/** A peer's Ed25519 key pair. Whoever has the seed is the peer: keep it to one process. */
export interface Identity {
  readonly peer: PeerId;
  /** 32 bytes; what is stored. */
  readonly seed: Uint8Array;
  readonly privateKey: Ed25519PrivateKey;
}

/** A new identity from the system's randomness. */
export function createIdentity(): Promise<Identity> {
  return loadIdentity(crypto.getRandomValues(new Uint8Array(32)));
}

/**
 * The identity of a stored key: 32 bytes of seed, or 64 of seed and public key.
 * Throws `config_invalid` on any other length, or when the two halves do not belong together.
 */
export async function loadIdentity(bytes: Uint8Array): Promise<Identity> {
  if (bytes.byteLength !== 32 && bytes.byteLength !== 64) {
    throw new BzzzError(
      'config_invalid',
      `an identity has 32 or 64 bytes, not ${bytes.byteLength}`,
    );
  }
  const seed = bytes.slice(0, 32);
  const privateKey = await generateKeyPairFromSeed('Ed25519', seed);
  if (bytes.byteLength === 64) assertHalves(bytes, privateKey);
  return { peer: PeerId.parse(peerIdFromPrivateKey(privateKey).toString()), seed, privateKey };
}

function assertHalves(bytes: Uint8Array, privateKey: Ed25519PrivateKey): void {
  try {
    if (privateKeyFromRaw(bytes).equals(privateKey)) return;
  } catch (error) {
    throw new BzzzError('config_invalid', `not an Ed25519 key: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  throw new BzzzError('config_invalid', 'the public half of the identity is not of its seed');
}
