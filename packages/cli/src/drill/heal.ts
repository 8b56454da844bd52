/** What drills left behind that were killed themselves. */
import { type Leftover, lockDrill, readLeftover } from './leftovers.ts';
import { type Undone, undo } from './undo.ts';
import { type Tried, tryAll } from './undo-list.ts';

export interface Found {
  readonly dataDir: string;
  readonly fault: Leftover['fault'];
}

/** Where something is left; what cannot be read is told apart. */
export async function leftIn(folders: readonly string[]): Promise<Tried<Found>> {
  const { done, failed } = await tryAll(folders, async (dataDir) => {
    const left = await readLeftover(dataDir);
    return left === null ? [] : [{ dataDir, fault: left.fault }];
  });
  return { done: done.flat(), failed };
}

/** Of each folder by itself: `drill_under_way` where the drill lives that did it, `drill_not_healed`. */
export async function healAll(folders: readonly string[]): Promise<Tried<Undone>> {
  const { done, failed } = await tryAll(folders, async (dataDir) => {
    if ((await readLeftover(dataDir)) === null) return [];
    const lock = await lockDrill([dataDir]);
    try {
      // That drill may have ended by itself meanwhile.
      const left = await readLeftover(dataDir);
      return left === null ? [] : [await undo({ dataDir, left })];
    } finally {
      await lock.release();
    }
  });
  return { done: done.flat(), failed };
}
