/**
 * A peer in one file: who it is, its keys and its settings, and which journal it writes. Not the journal itself: whoever
 * went on from an old copy of one would contradict what others hold of it since (invariant 8). So a restored peer begins
 * a new journal, and its old story is what others kept of it (docs/decisions/0027).
 *
 * The file holds the keys of the peer, and is closed to everybody else, as they are.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BzzzError, isBzzzError, PeerId, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import { formerJournalsMax, FormerJournals, readFormerJournals } from './former-journals.ts';
import { openIdentity } from './keys.ts';
import { layoutOf, makeDataFolder } from './layout.ts';
import { lockFolder } from './lock.ts';
import { createPrivateFile, createSecretFile, readSecretFile } from './secret-file.ts';

const fileBytesMax = 1024 * 1024;
const filesMax = 64;

/** Of settings and keys; editors and shells leave others. */
const fileName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/;

const Backup = z.strictObject({
  format: z.literal('bzzz-backup/1'),
  peer: PeerId,
  /** For people. */
  madeMs: z.int().min(0),
  /** The journal that it wrote then, and before that; the oldest first. */
  journals: FormerJournals,
  files: z
    .array(
      z.strictObject({
        name: z.string().regex(fileName, 'not a name of a file'),
        content: z.base64(),
      }),
    )
    .max(filesMax),
});
export type Backup = z.infer<typeof Backup>;
type StoredFile = Backup['files'][number];

/** What each start makes anew, or what is of this folder alone: an old list of
 * invites or of keys would open again what was closed since. And what is half written. */
const left =
  /^(?:peer\.lock|control\.|index\.sqlite|former-journals\.json|invites\.json|gateway-keys\.json|gateway-token|alerts-waiting\.json|drill\.json|drill-up\.log)|\.lock$|\.[0-9a-f]{8}-[0-9a-f-]{27}$/;

/** Reads a data folder, whose peer may run meanwhile. Throws `peer_folder_unusable`. */
export async function makeBackup(dataDir: string, nowMs: number): Promise<Backup> {
  const { rememberedIn } = await import('@bzzz/journal');
  const layout = layoutOf(dataDir);
  const files = await filesIn(dataDir);
  if (!files.some(({ name }) => join(dataDir, name) === layout.identityKey)) {
    throw new BzzzError('peer_folder_unusable', `${dataDir} is no data folder of a peer`);
  }
  const { peer } = await openIdentity(layout);
  const current = await rememberedIn(layout.journal);
  const journals = [
    ...(await readFormerJournals(layout)),
    ...(current === null ? [] : [current.key]),
  ];
  // Now, not when it is wanted: what cannot be read back is no backup.
  return Backup.parse({
    format: 'bzzz-backup/1',
    peer,
    madeMs: nowMs,
    journals: journals.slice(-formerJournalsMax),
    files,
  });
}

/** Throws `backup_refused` where the file is there already. */
export async function writeBackup(file: string, backup: Backup): Promise<void> {
  if (await createSecretFile(file, JSON.stringify(backup, null, 2))) return;
  throw new BzzzError('backup_refused', `${file} is there already`);
}

/** Throws `backup_invalid`; `peer_key_unsafe` where others may read the keys that it holds. */
export async function readBackup(file: string): Promise<Backup> {
  try {
    const text = await readSecretFile(file);
    if (text === null) throw new BzzzError('backup_invalid', 'there is no such file');
    return Backup.parse(JSON.parse(text));
  } catch (error) {
    if (isBzzzError(error, 'peer_key_unsafe')) throw error;
    const reason = error instanceof z.ZodError ? 'it is no backup of a peer' : reasonOf(error);
    throw new BzzzError('backup_invalid', `${file}: ${reason}`, { cause: error });
  }
}

/**
 * Makes a data folder of it, in which no journal has begun. Throws `backup_refused` where a peer's folder is there
 * already, `peer_folder_locked`, `peer_folder_unusable`.
 */
export async function restoreBackup(dataDir: string, backup: Backup): Promise<void> {
  const layout = await makeDataFolder(dataDir);
  const lock = await lockFolder(layout.lock);
  try {
    for (const path of [layout.identityKey, layout.journal]) {
      if (await isThere(path)) throw new BzzzError('backup_refused', `${path} is there already`);
    }
    const journals = Buffer.from(JSON.stringify(backup.journals)).toString('base64');
    const isIdentity = ({ name }: StoredFile) => join(dataDir, name) === layout.identityKey;
    // The identity last: without it, what was cut short is no peer's folder, and the same may be begun again.
    const inOrder = [
      { name: basename(layout.formerJournals), content: journals },
      ...backup.files.filter((file) => !isIdentity(file)),
      ...backup.files.filter(isIdentity),
    ];
    for (const file of inOrder) await bringBack(dataDir, file);
  } finally {
    await lock.release();
  }
}

async function bringBack(dataDir: string, { name, content }: StoredFile): Promise<void> {
  const file = join(dataDir, name);
  const bytes = Buffer.from(content, 'base64');
  if (await createPrivateFile(file, bytes)) return;
  // By an attempt before this one.
  if ((await readFile(file)).equals(bytes)) return;
  throw new BzzzError('backup_refused', `${file} is there already`);
}

async function filesIn(dataDir: string): Promise<StoredFile[]> {
  try {
    const files: StoredFile[] = [];
    for (const name of await readdir(dataDir)) {
      if (left.test(name)) continue;
      const file = join(dataDir, name);
      const content = await contentOf(file);
      if (content !== null && fileName.test(name)) files.push({ name, content });
    }
    return files;
  } catch (error) {
    throw new BzzzError('peer_folder_unusable', reasonOf(error), { cause: error });
  }
}

/** Null: no file of a setting or a key, a backup that was kept here, or gone meanwhile. */
async function contentOf(file: string): Promise<string | null> {
  try {
    const facts = await stat(file);
    if (!facts.isFile() || facts.size > fileBytesMax) return null;
    const bytes = await readFile(file);
    return isBackup(bytes) ? null : bytes.toString('base64');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

/** Of this release or another. In the next one it would grow with each, and keep keys that are no longer. */
function isBackup(bytes: Buffer): boolean {
  if (!bytes.includes('bzzz-backup/')) return false;
  try {
    return AnyBackup.safeParse(JSON.parse(bytes.toString())).success;
  } catch {
    // Another file that has the word in it.
    return false;
  }
}

const AnyBackup = z.looseObject({ format: z.string().startsWith('bzzz-backup/') });

function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
