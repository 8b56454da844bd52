/** Looks at every change of a commit: may it stand there, what is it, does it hold a secret. */
import type { ChangedFile, CommitFacts } from '@bzzz/coordination';
import type { Oid } from '@bzzz/protocol';
import type { Git } from './git.ts';
import {
  blobSizes,
  type Change,
  pathShown,
  pathText,
  type RawPath,
  readBlobs,
} from './git-objects.ts';
import { flawOfLink, flawOfPath, hostile } from './hostile.ts';
import { newSecrets } from './secrets.ts';

/** How much of the contents is held in memory at a time, unless one change alone has more. */
const batchBytesMax = 32 * 1024 * 1024;

interface ChangesToLookAt {
  readonly changes: readonly Change[];
  readonly lines: ReadonlyMap<RawPath, number>;
  /** New paths of what stood somewhere else. */
  readonly moved: ReadonlySet<RawPath>;
}

/** Throws `workspace_hostile`, `workspace_failed`, `aborted`. */
export async function factsOf(
  git: Git,
  { changes, lines, moved }: ChangesToLookAt,
  signal?: AbortSignal,
): Promise<Omit<CommitFacts, 'oid'>> {
  const sizes = await blobSizes(git, [...new Set(changes.flatMap(oidsOf))], { signal });
  const files: ChangedFile[] = [];
  const secrets: { path: string; rule: string }[] = [];
  for (const batch of batches(changes, sizes)) {
    const blobs = await readBlobs(git, [...new Set(batch.flatMap(oidsOf))], { signal });
    for (const change of batch) {
      const after = change.after === null ? null : (blobs.get(change.after.oid) ?? null);
      const before = change.before === null ? null : (blobs.get(change.before.oid) ?? null);
      const path = checkedPath(change, after);
      const size = { bytes: after?.byteLength ?? 0, lines: lines.get(change.path) ?? 0 };
      const isMoved = moved.has(change.path) ? { moved: true } : {};
      files.push({ ...describe(path, change, size), ...isMoved });
      if (after === null) continue;
      for (const rule of await newSecrets(path, after, before)) secrets.push({ path, rule });
    }
  }
  return { files, secrets };
}

/** Throws `workspace_hostile` on what may not be committed. */
function checkedPath(change: Change, after: Buffer | null): string {
  const path = pathText(change.path);
  const flaw = flawOfPath(path);
  if (path === null || flaw !== null) throw hostile(flaw ?? '', pathShown(change.path));
  if (change.after?.mode === '160000') throw hostile('a submodule', path);
  if (change.after?.mode !== '120000') return path;
  const linkFlaw = flawOfLink(path, after?.toString('utf8') ?? '');
  if (linkFlaw !== null) throw hostile(linkFlaw, path);
  return path;
}

function describe(
  path: string,
  { before, after }: Change,
  size: Pick<ChangedFile, 'bytes' | 'lines'>,
): ChangedFile {
  const status = after === null ? 'deleted' : before === null ? 'added' : 'modified';
  return { path, status, mode: after?.mode ?? '000000', ...size };
}

function* batches(changes: readonly Change[], sizes: ReadonlyMap<Oid, number>): Iterable<Change[]> {
  let batch: Change[] = [];
  let bytes = 0;
  for (const change of changes) {
    const more = oidsOf(change).reduce((sum, oid) => sum + (sizes.get(oid) ?? 0), 0);
    if (batch.length > 0 && bytes + more > batchBytesMax) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(change);
    bytes += more;
  }
  if (batch.length > 0) yield batch;
}

/** The blobs of a change; a submodule's commit is not in the mirror. */
function oidsOf(change: Change): Oid[] {
  const entries = [change.before, change.after].filter((entry) => entry !== null);
  return entries.filter(({ mode }) => mode !== '160000').map(({ oid }) => oid);
}
