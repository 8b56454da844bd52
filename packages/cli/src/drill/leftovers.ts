/**
 * What a drill did to a peer, in a file of its data folder, from before it is done until it is undone. So whatever
 * becomes of the drill, the next one or `bzzz drill heal` finds it. A lock beside it says whether that drill lives.
 */
import { constants } from 'node:fs';
import { type FileHandle, open, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type FolderLock, lockFolder, replaceSecretFile } from '@bzzz/peer';
import { BzzzError, isBzzzError, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import { ProcessId } from './process.ts';
import { Start } from './start.ts';

const Leftover = z.discriminatedUnion('fault', [
  z.object({ fault: z.literal('pause'), process: ProcessId }),
  z.object({
    fault: z.enum(['kill', 'skew']),
    process: ProcessId,
    start: Start,
    /** Variables that its start is without: secrets, and others of which nobody knows (`secrets.ts`). */
    withheld: z.array(z.string()),
    dropped: z.array(z.string()),
  }),
  z.object({
    fault: z.enum(['partition', 'slow']),
    process: ProcessId,
    /** Of nftables, in the network of that process. */
    table: z.string().regex(/^bzzz_drill_[0-9a-f]{8}$/),
    network: z.string(),
  }),
]);
export type Leftover = z.infer<typeof Leftover>;

const file = (dataDir: string) => join(dataDir, 'drill.json');

/**
 * Null: nothing is left there. Throws `drill_not_healed` where nobody can read it, and `drill_peer_elsewhere` where
 * it is not ours: what stands in it is started, and ended.
 */
export async function readLeftover(dataDir: string): Promise<Leftover | null> {
  try {
    // A pipe in its place would keep us waiting.
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    await using handle = await open(file(dataDir), flags);
    await refuseForeign(dataDir, handle);
    return Leftover.parse(JSON.parse(await handle.readFile('utf8')));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return null;
    if (code === 'EACCES') throw foreign(dataDir, 'belongs to another user');
    if (isBzzzError(error)) throw error;
    const reason = `${file(dataDir)} cannot be read: ${reasonOf(error)}. Undo by hand what stands in it, then delete it`;
    throw new BzzzError('drill_not_healed', reason, { cause: error });
  }
}

/** Before it is done. On disk when it resolves, and never half of it. */
export async function noteLeftover(dataDir: string, leftover: Leftover): Promise<void> {
  await replaceSecretFile(file(dataDir), JSON.stringify(leftover));
}

/** Once it is undone. */
export async function forgetLeftover(dataDir: string): Promise<void> {
  await rm(file(dataDir), { force: true });
}

/** Until it is released no other drill touches these peers. Throws `drill_under_way`. */
export async function lockDrill(dataDirs: readonly string[]): Promise<FolderLock> {
  const locks = new AsyncDisposableStack();
  try {
    for (const dataDir of dataDirs.toSorted()) {
      // One of root must not shut out whose peer it is.
      const { uid, gid } = await stat(dataDir);
      const owner = process.geteuid?.() === 0 ? { uid, gid } : undefined;
      const lock = await lockFolder(join(dataDir, 'drill.lock'), { owner });
      locks.defer(() => lock.release());
    }
  } catch (error) {
    await locks.disposeAsync();
    if (!isBzzzError(error, 'peer_folder_locked')) throw error;
    const reason = 'another drill is at work on one of these peers';
    throw new BzzzError('drill_under_way', reason, { cause: error });
  }
  return { release: () => locks.disposeAsync() };
}

async function refuseForeign(dataDir: string, handle: FileHandle): Promise<void> {
  const { uid, mode } = await handle.stat();
  if (uid !== process.geteuid?.()) throw foreign(dataDir, `belongs to user ${uid}`);
  if ((mode & 0o077) !== 0) throw foreign(dataDir, 'is open to other users');
}

function foreign(dataDir: string, why: string): BzzzError {
  return new BzzzError('drill_peer_elsewhere', `${file(dataDir)} ${why}`);
}
