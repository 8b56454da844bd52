/** Whether the data folder lies where a journal may: on a local disk that stays, and that nobody else writes to. */
import type { Check } from '@bzzz/protocol/api';
import { type FileSystem, fileSystemAt } from '../system/file-system.ts';
import { bad, good } from './checks.ts';

export async function checkStorage(dataDir: string): Promise<Check> {
  return storageCheck(dataDir, await fileSystemAt(dataDir));
}

export function storageCheck(dataDir: string, found: FileSystem | null): Check {
  if (found === null) return good('storage', 'the data folder is on a local disk');
  const { name, kind } = found;
  if (kind === 'network') {
    const detail = `${dataDir} is on ${name}: a lock there may hold nobody back, and what was written may not be on disk`;
    const advice =
      'Choose a folder on a local disk with `--data`, one for each peer. Configuration and exported logs may be shared, the data folder never.';
    return bad('storage', detail, advice);
  }
  const detail = `${dataDir} is on ${name}: identity and journal are gone with the machine's next start, or with the container`;
  const advice =
    'Choose a folder on a local disk with `--data`; in a container, mount a volume there.';
  return bad('storage', detail, advice);
}
