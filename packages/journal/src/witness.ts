import { bytesToHex, flatIndex, rootSpans, spansBetween, type TreeWitness } from '@bzzz/protocol';
import type Hypercore from 'hypercore';

/**
 * The tree that the log's key signed last, as far as it has come here, and its roots at a length; null: the
 * log does not go so far, or not all of what is needed of the tree has come.
 */
export async function witnessOf(core: Hypercore, at?: number): Promise<TreeWitness | null> {
  await core.ready();
  const { length, fork, manifest } = core;
  const signature = signatureIn(core.core.state.signature);
  const [signer, ...others] = manifest?.signers ?? [];
  if (signature === null || signer === undefined || others.length > 0) return null;
  const earlier = at ?? length;
  if (earlier > length) return null;
  const [roots, further] = await Promise.all([
    nodesAt(core, rootSpans(earlier)),
    nodesAt(core, spansBetween(earlier, length)),
  ]);
  if (roots === null || further === null) return null;
  const publicKey = bytesToHex(signer.publicKey);
  const namespace = bytesToHex(signer.namespace);
  return { length, fork, publicKey, namespace, signature, roots, further };
}

async function nodesAt(
  core: Hypercore,
  spans: ReturnType<typeof rootSpans>,
): Promise<TreeWitness['roots'] | null> {
  const reading = core.core.state.storage.read();
  const asked = spans.map((span) => reading.getTreeNode(flatIndex(span)));
  reading.tryFlush();
  const nodes: TreeWitness['roots'] = [];
  for (const node of await Promise.all(asked)) {
    if (node === null) return null;
    nodes.push({ hash: bytesToHex(node.hash), size: node.size });
  }
  return nodes;
}

/** A log of one signer has a list of one signature, without patches: count, signer, 64 bytes, two zeros. */
function signatureIn(encoded: Uint8Array | null): string | null {
  if (encoded === null || encoded.byteLength !== 68) return null;
  const [count, signer] = encoded;
  return count === 1 && signer === 0 ? bytesToHex(encoded.subarray(2, 66)) : null;
}
