import { type FileHandle, open } from 'node:fs/promises';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { tryLock } from 'fs-native-extensions';

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes the data folder for this process. The lock is the kernel's, so it goes with its process,
 * however that ends; the file only says who holds it.
 * Throws `peer_folder_locked` with the process id of the owner, or `peer_folder_unusable`.
 */
export async function lockFolder(file: string): Promise<FolderLock> {
  const handle = await open(file, 'a+', 0o600).catch((error: unknown) => {
    throw unusable(error);
  });
  try {
    if (!tryLock(handle.fd)) throw await locked(handle);
    await handle.truncate(0);
    await handle.write(`${process.pid}\n`);
  } catch (error) {
    await handle.close();
    // A file system without locks, such as some that are shared over a network.
    throw error instanceof BzzzError ? error : unusable(error);
  }
  let released = false;
  return {
    async release() {
      if (released) return;
      released = true;
      await handle.truncate(0);
      await handle.close();
    },
  };
}

async function locked(handle: FileHandle): Promise<BzzzError> {
  const pid = await pidIn(handle);
  const owner = pid === null ? 'another process' : `process ${pid}`;
  return new BzzzError('peer_folder_locked', `${owner} runs a peer on this data folder`);
}

async function pidIn(handle: FileHandle): Promise<number | null> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(32), 0, 32, 0);
  const text = buffer.toString('utf8', 0, bytesRead).trim();
  return /^[1-9]\d{0,9}$/.test(text) ? Number(text) : null;
}

function unusable(error: unknown): BzzzError {
  return new BzzzError('peer_folder_unusable', reasonOf(error), { cause: error });
}
