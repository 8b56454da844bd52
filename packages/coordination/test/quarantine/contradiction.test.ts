/** What proves that a journal tells two stories, and what does not. Trees of real logs: `packages/journal`. */
import {
  bytesToHex,
  type ForkEvidence,
  headSigningBytes,
  ToldHead,
  JournalKey,
  Sha256Hex,
  type SignedHead,
  topics,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { isSettled, provenBy } from '../../src/quarantine/contradiction.ts';
import { createIdentity, peerOf } from '../support/identity.ts';

const signer = createIdentity(1);
const key = JournalKey.parse('ab'.repeat(32));

const otherHash = Sha256Hex.parse('2'.repeat(64));

const headOf = (change: Partial<ToldHead> = {}) =>
  ToldHead.parse({
    key,
    length: 7,
    fork: 0,
    treeHash: '1'.repeat(64),
    rootsHash: '1'.repeat(64),
    ...change,
  });

async function signedBy(by: typeof signer, head: ToldHead): Promise<SignedHead> {
  const statement = { peer: by.peer, head };
  return { ...statement, signature: bytesToHex(await by.sign(headSigningBytes(statement))) };
}

async function pairOf(
  second: Partial<ToldHead>,
): Promise<Extract<ForkEvidence, { kind: 'heads' }>> {
  const [a, b] = [await signedBy(signer, headOf()), await signedBy(signer, headOf(second))];
  return { kind: 'heads', first: a, second: b };
}

describe('two signed heads', () => {
  it('of one length over other blocks prove a fork, after any way over the wire', async () => {
    const evidence = await pairOf({ treeHash: otherHash });
    const { codec } = topics.heads;
    const message = codec.decode(codec.encode({ kind: 'fork', evidence }));
    if (message.kind !== 'fork') throw new Error('another message came');
    expect(await provenBy(signer, message.evidence)).toMatchObject({
      peer: signer.peer,
      key,
      fork: 0,
      length: 7,
    });
  });

  it('of two forks prove that it was rewritten, whatever their lengths', async () => {
    const found = await provenBy(signer, await pairOf({ fork: 1, length: 3 }));
    expect(found).toMatchObject({ fork: 1, length: 0 });
  });

  it.each([
    ['the same', {}],
    ['of another length', { length: 8, treeHash: '2'.repeat(64) }],
    ['of another journal', { key: 'cd'.repeat(32), treeHash: '2'.repeat(64) }],
  ])('%s prove nothing', async (_, second) => {
    const head = ToldHead.parse({ ...headOf(), ...second });
    expect(await provenBy(signer, await pairOf(head))).toBeUndefined();
  });

  it('prove nothing against somebody who did not sign them', async () => {
    const other = createIdentity(2);
    const evidence = await pairOf({ treeHash: otherHash });
    const theirs = await signedBy(other, headOf({ treeHash: otherHash }));
    const blamed = { ...evidence, second: { ...theirs, peer: signer.peer } };
    expect(await provenBy(signer, blamed)).toBeUndefined();
    expect(await provenBy(signer, { ...evidence, second: theirs })).toBeUndefined();
    const bent = { ...evidence.second, head: headOf({ fork: 3 }) };
    expect(await provenBy(signer, { ...evidence, second: bent })).toBeUndefined();
    const both = [evidence.first, evidence.second].map((one) => ({ ...one, peer: peerOf(2) }));
    const [first = theirs, second = theirs] = both;
    expect(await provenBy(signer, { kind: 'heads', first, second })).toBeUndefined();
  });
});

describe('what a person let pass', () => {
  const settled = [{ key, fork: 1, length: 20 }];

  it.each([
    [{ key, fork: 1, length: 20 }, true],
    [{ key, fork: 0, length: 900 }, true],
    [{ key, fork: 1, length: 21 }, false],
    [{ key, fork: 2, length: 0 }, false],
    [{ key: JournalKey.parse('cd'.repeat(32)), fork: 0, length: 1 }, false],
  ])('is what lies before it in that journal: %j', (found, expected) => {
    expect(isSettled(found, settled)).toBe(expected);
  });
});
