import { bytesToHex, rootsHashOf } from '@bzzz/protocol';
import type Hypercore from 'hypercore';
import { tree } from 'hypercore-crypto';
import type { Head } from './interface.ts';

/** The head of a log as it stands; that of an empty one as long as it is not open. */
export function headOf(core: Hypercore): Head {
  const { length, fork } = core;
  const roots = core.opened ? core.core.state.roots : [];
  const told = roots.map(({ hash, size }) => ({ hash: bytesToHex(hash), size }));
  const rootsHash = rootsHashOf(length, told);
  if (rootsHash === undefined)
    throw new Error(`a log of ${length} blocks has ${roots.length} roots`);
  const hash = core.opened ? core.core.state.hash() : tree([]);
  return { length, fork, treeHash: bytesToHex(hash), rootsHash };
}
