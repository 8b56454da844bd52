/** What drills left behind that were killed themselves. */
import { type Leftover, lockDrill, readLeftover } from './leftovers.ts';
import { undo } from './undo.ts';

export interface Healed {
  readonly dataDir: string;
  readonly fault: Leftover['fault'];
}

/** Throws `drill_under_way` while the drill lives that did it, and `drill_not_healed`. */
export async function healFolders(folders: readonly string[]): Promise<Healed[]> {
  const found = await Promise.all(
    folders.map(async (dataDir) => ({ dataDir, left: await readLeftover(dataDir) })),
  );
  const leftovers = found.flatMap(({ dataDir, left }) =>
    left === null ? [] : [{ dataDir, left }],
  );
  const lock = await lockDrill(leftovers.map(({ dataDir }) => dataDir));
  try {
    for (const { dataDir, left } of leftovers) await undo(dataDir, left);
  } finally {
    await lock.release();
  }
  return leftovers.map(({ dataDir, left }) => ({ dataDir, fault: left.fault }));
}
