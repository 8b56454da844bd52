/**
 * The Signer port without elliptic curves: a keyed hash that everybody can recompute. Nothing is
 * proved by it to an attacker, of which a virtual world has none; the shape is the same.
 */
import type { PeerId } from '@bzzz/protocol';
import type { Signer } from '@bzzz/coordination';

export function createVirtualSigner(peer: PeerId): Signer {
  return {
    peer,
    sign: (bytes) => Promise.resolve(mark(peer, bytes)),
    verify: (by, bytes, signature) => Promise.resolve(isMarked(by, bytes, signature)),
  };
}

/** What `verify` answers, for whoever looks from outside. */
export function isMarked(by: PeerId, bytes: Uint8Array, signature: Uint8Array): boolean {
  const expected = mark(by, bytes);
  return (
    signature.byteLength === expected.byteLength &&
    expected.every((byte, index) => byte === signature[index])
  );
}

function mark(peer: PeerId, bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(64);
  let hash = 0x811c9dc5;
  for (let index = 0; index < peer.length; index += 1) {
    hash = Math.imul(hash ^ peer.charCodeAt(index), 0x01000193);
  }
  for (const [index, byte] of bytes.entries()) {
    hash = Math.imul(hash ^ byte, 0x01000193);
    const at = index % 64;
    out[at] = (out[at] ?? 0) ^ (hash >>> 24);
  }
  const words = new DataView(out.buffer);
  words.setUint32(0, hash >>> 0);
  return out;
}
