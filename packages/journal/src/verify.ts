/**
 * What is checked of the own log before anything is appended to it. Every block is hashed and the
 * Merkle tree built again over them, up to the root that the log's key signed: about 10 us a block.
 * (Hypercore's own audit also compares the inner nodes that are stored, at 120 us a block; those
 * are never used to judge our own blocks, and the database has checksums over them.)
 *
 * Seen: a log that lost its end (a torn or damaged write-ahead log opens shorter without an error),
 * down to the head that was remembered last, which lags behind the newest acknowledged entry by at
 * most the write that was under way; a log that was replaced or rewritten; a block or a head that
 * does not fit its signature.
 *
 * Not seen: a disk that was set back as a whole, remembered head and all (a snapshot of a virtual
 * machine). That shows only when others hold a newer head of ours.
 */
import { BzzzError, bytesToHex, reasonOf } from '@bzzz/protocol';
import type Hypercore from 'hypercore';
import {
  data as leafHash,
  parent as parentHash,
  type TreeNode,
  tree as treeHash,
} from 'hypercore-crypto';
import type { Remembered } from './remembered-head.ts';

/** Calls `visit` with each block in order. Throws `journal_corrupt`. */
export async function verifyOwnLog(
  core: Hypercore,
  remembered: Remembered | null,
  visit: (block: Uint8Array) => void,
): Promise<void> {
  assertRemembered(core, remembered);
  const { state, verifier } = core.core;
  if (core.length > 0 && verifier?.verify(state.createTreeBatch(), state.signature) !== true) {
    throw corrupt('the signature of its head is wrong');
  }
  const roots = createRoots();
  const hashes = new Map<number, string>();
  const wanted = new Set([remembered?.length, core.length]);
  if (wanted.has(0)) hashes.set(0, roots.hash());
  for await (const { index, value } of blocksOf(core)) {
    if (index !== roots.length()) throw corrupt(`block ${roots.length()} is missing`);
    roots.add(value);
    visit(value);
    if (wanted.has(roots.length())) hashes.set(roots.length(), roots.hash());
  }
  if (roots.length() !== core.length || core.contiguousLength !== core.length) {
    throw corrupt(`it holds ${roots.length()} blocks, but its head says ${core.length}`);
  }
  if (hashes.get(core.length) !== bytesToHex(state.hash())) {
    throw corrupt('its blocks are not what was signed');
  }
  if (remembered !== null && hashes.get(remembered.length) !== remembered.treeHash) {
    throw corrupt(`its first ${remembered.length} blocks are not what they were`);
  }
}

function assertRemembered(core: Hypercore, remembered: Remembered | null): void {
  if (core.recovering > 0) throw corrupt('the store had to give up its write-ahead log');
  if (remembered === null) {
    if (core.length > 0) throw corrupt('the remembered head is missing');
    return;
  }
  if (bytesToHex(core.key) !== remembered.key) throw corrupt('it is not the journal it was');
  if (core.length < remembered.length || core.fork !== remembered.fork) {
    throw corrupt(
      `it has ${core.length} blocks of fork ${core.fork}, ` +
        `but had ${remembered.length} of fork ${remembered.fork}`,
    );
  }
}

async function* blocksOf(core: Hypercore): AsyncIterable<{ index: number; value: Uint8Array }> {
  try {
    yield* core.core.state.storage.createBlockStream();
  } catch (error) {
    throw corrupt(reasonOf(error));
  }
}

/** The roots of the Merkle tree over a growing log: one for each bit that is set in its length. */
function createRoots() {
  const roots: TreeNode[] = [];
  let length = 0;
  return {
    length: () => length,
    hash: () => bytesToHex(treeHash(roots)),
    add(block: Uint8Array) {
      let node = { index: 2 * length, size: block.byteLength, hash: leafHash(block) };
      length += 1;
      for (let width = length; width % 2 === 0; width /= 2) node = joined(roots.pop(), node);
      roots.push(node);
    },
  };
}

function joined(left: TreeNode | undefined, right: TreeNode): TreeNode {
  if (left === undefined) throw new Error('the tree lacks a left side');
  return {
    index: (left.index + right.index) / 2,
    size: left.size + right.size,
    hash: parentHash(left, right),
  };
}

function corrupt(reason: string): BzzzError {
  return new BzzzError('journal_corrupt', `the own journal does not verify: ${reason}`);
}
