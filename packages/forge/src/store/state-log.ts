import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { forgeError } from '../errors.ts';
import type { Change, StoreImage } from './store.ts';

/**
 * The forge's state on disk: one image and one log of the changes since, named by a generation.
 * A reply leaves only after `flush` has put its changes into the log (one fdatasync for all the
 * requests of a moment), so what was answered survives kill -9. The last line of a log may be torn:
 * it was never answered. Anything else that does not parse is refused, not guessed at.
 */
export interface StateLog {
  record(change: Change): void;
  /** Resolves when everything recorded so far is on disk. Throws `forge_state` from then on. */
  flush(): Promise<void>;
  /** Writes a new image now; the log starts empty. */
  compact(): Promise<void>;
  close(): Promise<void>;
}

export interface LoadedState {
  readonly image: StoreImage | null;
  readonly changes: readonly Change[];
  readonly log: StateLog;
}

export interface StateLogOptions {
  /** The whole state as it is now, with everything recorded so far in it. */
  readonly image: () => StoreImage;
  /** A log longer than this is folded into a new image. Default 16 MiB. */
  readonly logBytesMax?: number;
}

/** Opens (or makes) the state under `dir`. Throws `forge_state` when it cannot be read. */
export async function openStateLog(dir: string, options: StateLogOptions): Promise<LoadedState> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const stored = await readImage(path.join(dir, imageName));
  const changes = await readLog(path.join(dir, logName(stored.generation)));
  return { image: stored.image, changes, log: createLog(dir, stored.generation, options) };
}

const imageName = 'image.json';
const logName = (generation: number): string => `log-${generation}.jsonl`;

interface StoredImage {
  readonly generation: number;
  readonly image: StoreImage | null;
}

function createLog(dir: string, startGeneration: number, options: StateLogOptions): StateLog {
  const { image, logBytesMax = 16 * 1024 * 1024 } = options;
  let generation = startGeneration;
  let file: FileHandle | undefined;
  // Keyed by row, so a row that one request changes five times is written once.
  let pending = new Map<string, Change>();
  let writing: Promise<void> = Promise.resolve();
  let queued: Promise<void> | undefined;

  const write = async (): Promise<void> => {
    queued = undefined;
    if (pending.size === 0) return;
    const batch = [...pending.values()];
    pending = new Map();
    file ??= await open(path.join(dir, logName(generation)), 'a', 0o600);
    await file.appendFile(`${JSON.stringify(batch)}\n`);
    await file.datasync();
    if ((await file.stat()).size > logBytesMax) await fold();
  };

  /** What is recorded meanwhile is in the image and comes into the new log, too: that is harmless. */
  const fold = async (): Promise<void> => {
    await file?.close();
    file = undefined;
    const next: StoredImage = { generation: generation + 1, image: image() };
    await writeAtomically(path.join(dir, imageName), JSON.stringify(next));
    generation = next.generation;
    for (const name of await readdir(dir)) {
      if (name.startsWith('log-') && name !== logName(generation)) await rm(path.join(dir, name));
    }
  };

  /** One at a time. After a failure memory is ahead of the disk: all that follows fails, on purpose. */
  const next = (work: () => Promise<void>): Promise<void> => {
    writing = writing.then(work).catch((cause: unknown) => {
      throw forgeError('forge_state', 'the state could not be written', cause);
    });
    return writing;
  };
  const flush = (): Promise<void> => (queued ??= next(write));

  return {
    record(change) {
      const id = 'set' in change ? change.set.id : change.delete;
      pending.set(`${change.table}/${id}`, change);
    },
    flush,
    async compact() {
      await flush();
      await next(fold);
    },
    async close() {
      await flush();
      await file?.close();
      file = undefined;
    },
  };
}

async function readImage(file: string): Promise<StoredImage> {
  const text = await readIfThere(file);
  if (text === null) return { generation: 0, image: null };
  try {
    // Written by this module only, and renamed into place whole.
    return JSON.parse(text) as StoredImage;
  } catch (cause) {
    throw forgeError('forge_state', `${path.basename(file)} does not parse`, cause);
  }
}

async function readLog(file: string): Promise<Change[]> {
  const text = await readIfThere(file);
  if (text === null) return [];
  const lines = text.split('\n');
  const torn = lines.pop();
  const changes = lines.flatMap((line, at) => {
    try {
      return JSON.parse(line) as Change[];
    } catch (cause) {
      throw forgeError('forge_state', `${path.basename(file)}:${at + 1} does not parse`, cause);
    }
  });
  if (torn !== undefined && torn !== '') await truncateTo(file, text.length - torn.length, text);
  return changes;
}

/** Cuts a torn last line off, or the next append would be glued to it. */
async function truncateTo(file: string, characters: number, text: string): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    await handle.truncate(Buffer.byteLength(text.slice(0, characters)));
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function writeAtomically(file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const dir = await open(path.dirname(file), 'r');
  try {
    await dir.sync();
  } finally {
    await dir.close();
  }
}
