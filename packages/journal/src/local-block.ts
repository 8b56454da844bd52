import { BzzzError, reasonOf } from '@bzzz/protocol';
import type Hypercore from 'hypercore';

/**
 * A block that is known to be here. Never asks the network. Throws `journal_corrupt` when it cannot
 * be read after all, `stopped` when the store was closed meanwhile.
 */
export async function localBlock(core: Hypercore, index: number): Promise<Uint8Array> {
  let block: Uint8Array | null;
  try {
    block = await core.get(index, { wait: false });
  } catch (error) {
    throw storageError(core, `block ${index} cannot be read`, error);
  }
  if (block === null) throw new BzzzError('journal_corrupt', `block ${index} is missing`);
  return block;
}

/** The coded error for what Hypercore threw while reading. */
export function storageError(core: Hypercore, what: string, error: unknown): BzzzError {
  return new BzzzError(
    core.closing === null ? 'journal_corrupt' : 'stopped',
    `${what}: ${reasonOf(error)}`,
    { cause: error },
  );
}
