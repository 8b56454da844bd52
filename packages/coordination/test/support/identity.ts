/** Peers with real Ed25519 keys. The key of an id is looked up, not decoded from it. */
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { PeerId } from '@bzzz/protocol';
import type { Random, Signer } from '../../src/index.ts';

const publicKeys = new Map<PeerId, KeyObject>();

/** A well-formed id for each number. */
export function peerOf(index: number): PeerId {
  const letters = String(index).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)));
  return PeerId.parse(`12D3KooW${letters.padStart(44, 'x')}`);
}

/** A new identity under the id of this number. The last one made is the one that others verify. */
export function createIdentity(index: number): Signer {
  const peer = peerOf(index);
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  publicKeys.set(peer, publicKey);
  return {
    peer,
    sign: async (bytes) => Uint8Array.from(sign(null, bytes, privateKey)),
    async verify(by, bytes, signature) {
      const key = publicKeys.get(by);
      return key !== undefined && verify(null, bytes, key, signature);
    },
  };
}

/** The same draws in every run. */
export function createDraws(seed: number): Random {
  let state = seed >>> 0;
  const word = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state;
  };
  return {
    unit: () => word() / 2 ** 32,
    bytes: (count) => Uint8Array.from({ length: count }, () => word() >>> 24),
  };
}
