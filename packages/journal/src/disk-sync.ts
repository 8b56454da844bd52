import { open } from 'node:fs/promises';

/** What makes written bytes survive a power cut. */
export interface DiskSync {
  /** The content of a file, and what is needed to read it back (fdatasync). */
  content(path: string): Promise<void>;
  /** Everything: of a file its attributes too, of a folder the names in it (fsync). */
  everything(path: string): Promise<void>;
}

export const diskSync: DiskSync = {
  async content(path) {
    await using handle = await open(path, 'r+');
    await handle.datasync();
  },
  async everything(path) {
    await using handle = await open(path, 'r');
    await handle.sync();
  },
};
