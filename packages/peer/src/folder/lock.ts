import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { tryLock } from 'fs-native-extensions';
import { ownerIn, ownerLine, ownerText, thisProcess } from './owner.ts';

export interface FolderLock {
  release(): Promise<void>;
}

interface LockOptions {
  /** Whose the file shall be, which only root can say; default: of whoever locks. */
  readonly owner?: { readonly uid: number; readonly gid: number } | undefined;
}

/** In the place of a lock somebody may have put a link to what is not to be emptied. */
const flags = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW;

/**
 * Takes the data folder for this process. The lock is the kernel's, so it goes with its process,
 * however that ends; the file only says who holds it.
 * Throws `peer_folder_locked` with process and host of the owner, or `peer_folder_unusable`.
 */
export async function lockFolder(file: string, { owner }: LockOptions = {}): Promise<FolderLock> {
  const handle = await open(file, flags, 0o600).catch((error: unknown) => {
    throw unusable(error);
  });
  try {
    if (!tryLock(handle.fd)) throw await locked(handle);
    if (owner !== undefined) await handle.chown(owner.uid, owner.gid);
    await handle.truncate(0);
    await handle.write(ownerLine(await thisProcess()));
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
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(1024), 0, 1024, 0);
  const owner = await ownerText(await ownerIn(buffer.toString('utf8', 0, bytesRead)));
  return new BzzzError('peer_folder_locked', `${owner} runs a peer on this data folder`);
}

function unusable(error: unknown): BzzzError {
  return new BzzzError('peer_folder_unusable', reasonOf(error), { cause: error });
}
