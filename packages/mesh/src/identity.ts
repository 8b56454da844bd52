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
  const privateKey = await keyPairOf(seed);
  if (bytes.byteLength === 64) assertHalves(bytes, privateKey);
  return { peer: PeerId.parse(peerIdFromPrivateKey(privateKey).toString()), seed, privateKey };
}

/**
 * The platform does within a millisecond what libp2p's own JavaScript takes a fifth of a peer's start for, since
 * nothing of that is compiled yet. It is asked for where no platform does it: a page that came over plain HTTP.
 */
async function keyPairOf(seed: Uint8Array): Promise<Ed25519PrivateKey> {
  const publicKey = await publicKeyOf(seed);
  if (publicKey === null) return generateKeyPairFromSeed('Ed25519', seed);
  const key = privateKeyFromRaw(new Uint8Array([...seed, ...publicKey]));
  if (key.type !== 'Ed25519') throw new Error(`64 bytes made a key of type ${key.type}`);
  return key;
}

async function publicKeyOf(seed: Uint8Array): Promise<Uint8Array | null> {
  try {
    const pkcs8 = new Uint8Array([...pkcs8Head, ...seed]);
    const key = await crypto.subtle.importKey('pkcs8', pkcs8, 'Ed25519', true, ['sign']);
    const { x = '' } = await crypto.subtle.exportKey('jwk', key);
    const base64 = x.replaceAll('-', '+').replaceAll('_', '/');
    return Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  } catch {
    // No such platform, or one that does not know this kind of key.
    return null;
  }
}

/** What stands before the seed of an Ed25519 key (RFC 8410, section 7): the same for all of them. */
const pkcs8Head = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

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
