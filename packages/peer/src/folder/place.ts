import { BzzzError, type Config } from '@bzzz/protocol';
import { fileSystemAt } from '../system/file-system.ts';

/**
 * Throws `peer_folder_shared` for a data folder where a lock may hold nobody back and what was written may not be on
 * disk: two peers could write one journal there, and both would be set aside for it. What is only gone with the next start of the
 * machine harms nobody else: `bzzz doctor` tells that.
 */
export async function refuseSharedFolder({
  dataDir,
  storage,
}: Pick<Config, 'dataDir' | 'storage'>): Promise<void> {
  if (storage === 'any') return;
  const found = await fileSystemAt(dataDir);
  if (found?.kind !== 'network') return;
  throw new BzzzError('peer_folder_shared', `${dataDir} is on ${found.name}`);
}
