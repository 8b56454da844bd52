/**
 * The Merkle tree over the blocks of a journal, as far as it must be known to check what a journal's key
 * signed without the journal: Hypercore's own (version 11), in which leaf n stands at 2n of a flat tree.
 * A tree of some length is its roots, one for each bit that is set in that length, the largest first.
 */
import { blake2b } from '@noble/hashes/blake2.js';
import { z } from 'zod';
import { bytesToHex, hexToBytes } from './bytes.ts';
import { JournalKey, Sha256Hex } from './ids.ts';

const Hex32 = z.string().regex(/^[0-9a-f]{64}$/, 'not 32 bytes of hex');
export const SignatureHex = z.string().regex(/^[0-9a-f]{128}$/, 'not 64 bytes of hex');

/** What stands over some blocks: where follows from the length that it belongs to. */
export const TreeNode = z.object({
  hash: Hex32,
  /** Bytes of these blocks. */
  size: z.int().min(0),
});
export type TreeNode = z.infer<typeof TreeNode>;

/** Of the largest tree that can be counted: one root for each bit. */
const nodesMax = 53;

/**
 * That a journal's key signed a tree, and what the tree of an earlier length was within it: `roots` are
 * those of that length, `further` what is to be added to them, and the result is what was signed.
 */
export const TreeWitness = z.object({
  length: z.int().min(0),
  fork: z.int().min(0),
  /** The key is a hash over these two. */
  publicKey: Hex32,
  namespace: Hex32,
  signature: SignatureHex,
  roots: z.array(TreeNode).max(nodesMax),
  further: z.array(TreeNode).max(2 * nodesMax),
});
export type TreeWitness = z.infer<typeof TreeWitness>;

interface PlacedNode extends TreeNode {
  /** Blocks before it, and below it. */
  readonly start: number;
  readonly blocks: number;
}

/** Where the roots of a tree of that length stand: the blocks before each, and below it. */
export function rootSpans(length: number): { readonly start: number; readonly blocks: number }[] {
  return spansBetween(0, length);
}

/** Where the fewest nodes stand that make a tree of one length into one of another. */
export function spansBetween(
  from: number,
  to: number,
): { readonly start: number; readonly blocks: number }[] {
  const spans: { start: number; blocks: number }[] = [];
  for (let start = from; start < to; ) {
    let blocks = 1;
    while (start % (2 * blocks) === 0 && start + 2 * blocks <= to) blocks *= 2;
    spans.push({ start, blocks });
    start += blocks;
  }
  return spans;
}

/** Index of such a node in the flat tree. */
export function flatIndex({ start, blocks }: { start: number; blocks: number }): number {
  return 2 * start + blocks - 1;
}

/** What a head tells of the tree with these roots; undefined: they are not so many. */
export function treeHashOf(length: number, roots: readonly TreeNode[]): Sha256Hex | undefined {
  const placed = place(rootSpans(length), roots);
  return placed && hashOfRoots(placed);
}

/**
 * The same without the sizes. Where a root has got a sibling since, the signature over the larger tree covers its hash
 * and what the two weigh together, but not what it weighs alone: whoever hands on a witness could say any size of it.
 */
export function rootsHashOf(length: number, roots: readonly TreeNode[]): Sha256Hex | undefined {
  if (rootSpans(length).length !== roots.length) return undefined;
  const hashes = roots.map((root) => hexToBytes(root.hash));
  return Sha256Hex.parse(bytesToHex(hash(joined(rootsDomain, u64(length), ...hashes))));
}

/** The tree hash that a witness says was signed, of the earlier tree with all that was added; undefined: it is none. */
export function grownTreeHash(
  earlierLength: number,
  { length, roots, further }: TreeWitness,
): Sha256Hex | undefined {
  if (earlierLength > length) return undefined;
  const grown = place(rootSpans(earlierLength), roots);
  const added = place(spansBetween(earlierLength, length), further);
  if (grown === undefined || added === undefined) return undefined;
  for (const one of added) {
    let node = one;
    for (let last = grown.at(-1); last !== undefined && areSiblings(last, node); ) {
      grown.pop();
      node = parentOf(last, node);
      last = grown.at(-1);
    }
    grown.push(node);
  }
  return hashOfRoots(grown);
}

/** The bytes that a journal's key signs of its tree. */
export function treeSigningBytes(key: JournalKey, treeHash: string, at: TreeLength): Uint8Array {
  return joined(treeDomain, hexToBytes(key), hexToBytes(treeHash), u64(at.length), u64(at.fork));
}

type TreeLength = Pick<TreeWitness, 'length' | 'fork'>;

/** The key of the journal that this public key signs: the hash of the smallest manifest that names it. */
export function journalKeyOf({
  publicKey,
  namespace,
}: Pick<TreeWitness, 'publicKey' | 'namespace'>): JournalKey {
  // Version 1, no flags, BLAKE2b, a quorum of one, one signer, with Ed25519.
  const head = Uint8Array.of(1, 0, 0, 1, 1, 0);
  const bytes = joined(manifestDomain, head, hexToBytes(namespace), hexToBytes(publicKey));
  return JournalKey.parse(bytesToHex(hash(bytes)));
}

/** Hypercore's domains: BLAKE2b of BLAKE2b of `hypercore` and the number of the domain. */
const [treeDomain, manifestDomain] = [domain(0), domain(3)];
/** Ours. */
const rootsDomain = new TextEncoder().encode('bzzz/roots/1');

function domain(number: number): Uint8Array {
  return hash(joined(hash(new TextEncoder().encode('hypercore')), Uint8Array.of(number)));
}

function place(
  spans: readonly { readonly start: number; readonly blocks: number }[],
  nodes: readonly TreeNode[],
): PlacedNode[] | undefined {
  if (spans.length !== nodes.length) return undefined;
  return nodes.flatMap((node, index) => {
    const span = spans[index];
    return span === undefined ? [] : [{ ...node, ...span }];
  });
}

function areSiblings(left: PlacedNode, right: PlacedNode): boolean {
  return left.blocks === right.blocks && left.start % (2 * left.blocks) === 0;
}

function parentOf(left: PlacedNode, right: PlacedNode): PlacedNode {
  const size = left.size + right.size;
  const bytes = joined(Uint8Array.of(1), u64(size), hexToBytes(left.hash), hexToBytes(right.hash));
  const { start, blocks } = left;
  return { start, blocks: 2 * blocks, size, hash: bytesToHex(hash(bytes)) };
}

function hashOfRoots(roots: readonly PlacedNode[]): Sha256Hex {
  const parts = roots.flatMap((root) => [
    hexToBytes(root.hash),
    u64(flatIndex(root)),
    u64(root.size),
  ]);
  return Sha256Hex.parse(bytesToHex(hash(joined(Uint8Array.of(2), ...parts))));
}

function hash(bytes: Uint8Array): Uint8Array {
  return blake2b(bytes, { dkLen: 32 });
}

/** Little endian. */
function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.byteLength;
  }
  return bytes;
}
