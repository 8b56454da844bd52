/**
 * The newest durable head, kept beside the store: a store whose write-ahead log was torn or damaged
 * opens shorter without an error, and the next append would contradict what others hold. Written
 * after the log is on disk, so it never claims more than was there; appends do not wait for it.
 *
 * Two slots are written in turn, each with a checksum, so that a torn write leaves the other one.
 */
import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { createCodec, isBzzzError, JournalKey } from '@bzzz/protocol';
import { z } from 'zod';
import { journalFolder } from './store.ts';

const Remembered = z.object({
  v: z.literal(1),
  /** Rises with every write; the valid slot with the highest one counts. */
  revision: z.int().min(0),
  key: JournalKey,
  /** Blocks. */
  length: z.int().min(0),
  fork: z.int().min(0),
  treeHash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Remembered = z.infer<typeof Remembered>;

const SLOT_BYTES = 512;
const CHECKSUM_BYTES = 32;
const LENGTH_BYTES = 2;

const rememberedCodec = createCodec({
  name: 'remembered head',
  schema: Remembered,
  bytesMax: SLOT_BYTES - CHECKSUM_BYTES - LENGTH_BYTES,
});

export interface RememberedHead {
  /** Null: there was no file, or nothing of it can be read. */
  readonly loaded: Remembered | null;
  /** Resolves when it is on disk. One call at a time. */
  write(head: Omit<Remembered, 'v' | 'revision'>): Promise<void>;
  close(): Promise<void>;
}

/** Makes the file when it is missing. */
export async function openRememberedHead(path: string): Promise<RememberedHead> {
  const handle = await open(path, 'a+').then(async (made) => {
    await made.close();
    return open(path, 'r+');
  });
  try {
    const loaded = await load(handle);
    let revision = loaded?.revision ?? 0;
    return {
      loaded,
      async write(head) {
        revision += 1;
        const bytes = rememberedCodec.encode({ v: 1, revision, ...head });
        await handle.write(sealed(bytes), 0, SLOT_BYTES, (revision % 2) * SLOT_BYTES);
        await handle.datasync();
      },
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

/**
 * What is remembered in a folder of journals, which may be open elsewhere. Null: nothing. Throws what the system says,
 * other than that there is no such file.
 */
export async function rememberedIn(
  dir: string,
): Promise<Pick<Remembered, 'key' | 'length'> | null> {
  try {
    await using handle = await open(journalFolder(dir).remembered, 'r');
    return await load(handle);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function load(handle: FileHandle): Promise<Remembered | null> {
  const content = Buffer.alloc(2 * SLOT_BYTES);
  await handle.read(content, 0, content.byteLength, 0);
  const slots = [0, SLOT_BYTES]
    .map((start) => unsealed(content.subarray(start, start + SLOT_BYTES)))
    .filter((slot) => slot !== null)
    .sort((left, right) => right.revision - left.revision);
  return slots[0] ?? null;
}

function sealed(bytes: Uint8Array): Buffer {
  const slot = Buffer.alloc(SLOT_BYTES);
  checksum(bytes).copy(slot);
  slot.writeUInt16BE(bytes.byteLength, CHECKSUM_BYTES);
  slot.set(bytes, CHECKSUM_BYTES + LENGTH_BYTES);
  return slot;
}

function unsealed(slot: Buffer): Remembered | null {
  const start = CHECKSUM_BYTES + LENGTH_BYTES;
  const bytes = slot.subarray(start, start + slot.readUInt16BE(CHECKSUM_BYTES));
  if (!checksum(bytes).equals(slot.subarray(0, CHECKSUM_BYTES))) return null;
  try {
    return rememberedCodec.decode(bytes);
  } catch (error) {
    if (isBzzzError(error)) return null;
    throw error;
  }
}

function checksum(bytes: Uint8Array): Buffer {
  return createHash('sha256').update(bytes).digest();
}
