/**
 * What proves that a peer tells two stories in its journal (DESIGN.md 4.6, invariant 8). A journal is never
 * rewritten and has one writer, so these cannot both be true:
 *
 * - two heads of one journal, of one length and fork, over other blocks;
 * - two heads of one journal of different forks: a writer that never rewrites has one;
 * - a head, and a tree that the journal's key signed, which has other blocks beneath that length.
 *
 * Lengths alone prove nothing: a shorter head may have been signed earlier. The first statement is always
 * signed by the peer's identity, so nobody can be blamed for a journal that it does not call its own.
 */
import {
  type ForkEvidence,
  grownTreeHash,
  headSigningBytes,
  hexToBytes,
  type JournalKey,
  journalKeyOf,
  type PeerId,
  peerIdOfPublicKey,
  rootsHashOf,
  type SettledHistory,
  type SignedHead,
  treeSigningBytes,
  type TreeWitness,
} from '@bzzz/protocol';
import type { Signer } from '../ports/index.ts';

export interface Contradiction {
  readonly peer: PeerId;
  readonly key: JournalKey;
  /** Where the stories part or were last the same, for whoever settles it. */
  readonly fork: number;
  readonly length: number;
  readonly reason: string;
}

type Verify = Pick<Signer, 'verify'>;

/** What evidence proves, by its signatures alone; undefined: nothing. */
export async function provenBy(
  signer: Verify,
  evidence: ForkEvidence,
): Promise<Contradiction | undefined> {
  const found = contradictionIn(evidence);
  if (found === undefined) return undefined;
  const signed =
    evidence.kind === 'heads'
      ? (await isSigned(signer, evidence.first)) && (await isSigned(signer, evidence.second))
      : (await isSigned(signer, evidence.head)) && (await isTreeSigned(signer, evidence));
  return signed ? found : undefined;
}

export function isSigned(signer: Verify, { signature, ...statement }: SignedHead) {
  return signer.verify(statement.peer, headSigningBytes(statement), hexToBytes(signature));
}

/** Whether a head that was heard and a tree that is here cannot both be true. */
export function contradicts({ head }: SignedHead, tree: TreeWitness): boolean {
  if (head.fork !== tree.fork) return true;
  const here = rootsHashOf(head.length, tree.roots);
  return here !== undefined && here !== head.rootsHash;
}

/** A person has looked into everything up to there. */
export function isSettled(
  { key, fork, length }: Pick<Contradiction, 'key' | 'fork' | 'length'>,
  settled: readonly SettledHistory[],
): boolean {
  return settled.some(
    (one) => one.key === key && (fork < one.fork || (fork === one.fork && length <= one.length)),
  );
}

function contradictionIn(evidence: ForkEvidence): Contradiction | undefined {
  return evidence.kind === 'heads' ? ofHeads(evidence) : ofTree(evidence);
}

function ofHeads({
  first: { peer, head: a },
  second: { peer: other, head: b },
}: Extract<ForkEvidence, { kind: 'heads' }>): Contradiction | undefined {
  if (peer !== other || a.key !== b.key) return undefined;
  if (a.fork !== b.fork) return rewritten(peer, a, b);
  if (a.length !== b.length || a.treeHash === b.treeHash) return undefined;
  const reason = `it signed two journals of ${a.length} blocks, under one key`;
  return { peer, key: a.key, fork: a.fork, length: a.length, reason };
}

function ofTree({
  head: { peer, head },
  tree,
}: Extract<ForkEvidence, { kind: 'tree' }>): Contradiction | undefined {
  if (journalKeyOf(tree) !== head.key) return undefined;
  if (head.fork !== tree.fork) return rewritten(peer, head, { ...head, ...tree });
  const beneath = rootsHashOf(head.length, tree.roots);
  if (beneath === undefined || beneath === head.rootsHash) return undefined;
  const reason = `its first ${head.length} blocks are others than those that it signed`;
  return { peer, key: head.key, fork: head.fork, length: head.length, reason };
}

function rewritten(
  peer: PeerId,
  a: SignedHead['head'],
  b: Pick<SignedHead['head'], 'fork'>,
): Contradiction {
  const fork = Math.max(a.fork, b.fork);
  const reason = `it has rewritten its journal, which is fork ${a.fork} and fork ${b.fork}`;
  return { peer, key: a.key, fork, length: 0, reason };
}

function isTreeSigned(
  signer: Verify,
  { head: { head }, tree }: Extract<ForkEvidence, { kind: 'tree' }>,
): Promise<boolean> {
  // Where the forks differ nothing is said about blocks, and the tree stands as it was signed.
  const from = head.fork === tree.fork ? head.length : tree.length;
  const treeHash = grownTreeHash(from, tree);
  if (treeHash === undefined) return Promise.resolve(false);
  const bytes = treeSigningBytes(head.key, treeHash, tree);
  return signer.verify(peerIdOfPublicKey(tree.publicKey), bytes, hexToBytes(tree.signature));
}
