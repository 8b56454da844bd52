/** Up to where the journal was told. It survives the process, so nothing is forgotten and little is told twice. */
import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { JournalKey } from '@bzzz/protocol';
import { z } from 'zod';

/** What a later release adds is passed over by this one. */
const Kept = z.object({
  version: z.literal(1),
  journal: JournalKey,
  /** The first entry that nobody was told of. */
  next: z.int().min(0),
  /** Since when that one is not taken, by the wall clock; absent: it was not tried yet, or is not to be told. */
  failedSinceMs: z.number().min(0).optional(),
  /** Since when it is refused for itself without any other failure in between; absent: it is not. */
  refusedSinceMs: z.number().min(0).optional(),
});

export type Place = Pick<z.infer<typeof Kept>, 'next' | 'failedSinceMs' | 'refusedSinceMs'>;

export interface Cursor {
  /** Of this journal; null: nothing was ever told. Throws where the file is there and of no use. */
  read(): Promise<Place | null>;
  write(place: Place): Promise<void>;
}

export function cursorIn(file: string, journal: JournalKey): Cursor {
  return {
    async read() {
      const text = await readFile(file, 'utf8').catch((error: unknown) => {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
        throw error;
      });
      if (text === null) return null;
      const kept = Kept.parse(JSON.parse(text));
      // A journal that was begun anew has not been told of yet.
      return kept.journal === journal ? kept : { next: 0 };
    },
    async write(place) {
      const draft = `${file}.${randomUUID()}`;
      try {
        await using handle = await open(draft, 'wx', 0o600);
        const kept = { version: 1, journal, ...place };
        await handle.writeFile(`${JSON.stringify(kept)}\n`);
        await handle.sync();
        await rename(draft, file);
      } finally {
        await rm(draft, { force: true });
      }
    },
  };
}
