/** The worked example of docs/PROTOCOL.md: signed with a key that everybody may know. */
import { createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { issueHash, LockRecord, lockSigningBytes, type SignedLockCommit } from '../../src/index.ts';

/** Bytes 0 to 31 in order: an Ed25519 seed for examples only. */
const seed = Buffer.from(Array.from({ length: 32 }, (_, index) => index));
const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });

export const examplePublicKey = createPublicKey(privateKey);

const exampleIssue = { title: 'Rename fooBar', body: 'recipe: rename\nfrom: fooBar\n' };

const record = LockRecord.parse({
  state: 'held',
  task: 'acme/widgets#42',
  peer: peerIdOf(examplePublicKey.export({ format: 'der', type: 'spki' }).subarray(-32)),
  account: 'bzzz-bot',
  epoch: 1,
  attempt: 1,
  leaseMs: 120_000,
  nonce: '0123456789abcdef',
  bodySha256: issueHash(exampleIssue),
});
const statement = { record, parent: null, timeSeconds: 1_795_219_200 };

export const example: SignedLockCommit = {
  ...statement,
  signature: Uint8Array.from(sign(null, lockSigningBytes(statement), privateKey)),
};

/** base58btc of the identity multihash (00 24) of the key in libp2p's protobuf (08 01 12 20). */
function peerIdOf(publicKey: Uint8Array): string {
  const alphabet = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
  const bytes = Buffer.concat([Buffer.from('002408011220', 'hex'), publicKey]);
  let number = BigInt(`0x${bytes.toString('hex')}`);
  let digits = '';
  for (; number > 0n; number /= 58n) digits = (alphabet[Number(number % 58n)] ?? '') + digits;
  // One leading zero byte, one leading 1.
  return `1${digits}`;
}
