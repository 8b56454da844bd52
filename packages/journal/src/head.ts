import { bytesToHex } from '@bzzz/protocol';
import type Hypercore from 'hypercore';
import { tree } from 'hypercore-crypto';
import type { Head } from './interface.ts';

/** The head of a log as it stands; that of an empty one as long as it is not open. */
export function headOf(core: Hypercore): Head {
  const hash = core.opened ? core.core.state.hash() : tree([]);
  return { length: core.length, fork: core.fork, treeHash: bytesToHex(hash) };
}
