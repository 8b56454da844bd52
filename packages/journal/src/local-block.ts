import { BzzzError, reasonOf } from '@bzzz/protocol';
import type Hypercore from 'hypercore';

/**
 * A block that is known to be here. Never asks the network. Throws `journal_corrupt` when it cannot
 * be read after all, `stopped` when the store was closed meanwhile.
 */
export async function localBlock(core: Hypercore, index: number): Promise<Uint8Array> {
  const block = await read(core, index);
  if (block !== null) return block;
  throw new BzzzError('journal_corrupt', `block ${index} is missing`);
}

async function read(core: Hypercore, index: number): Promise<Uint8Array | null> {
  try {
    return await core.get(index, { wait: false });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    throw new BzzzError(
      code === 'SESSION_CLOSED' ? 'stopped' : 'journal_corrupt',
      `block ${index} cannot be read: ${reasonOf(error)}`,
      { cause: error },
    );
  }
}
