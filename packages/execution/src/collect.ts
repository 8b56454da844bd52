/** Makes one commit of what differs from the base, without trusting anything in the worktree. */
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ChangedFile, Collected, CommitFacts } from '@bzzz/coordination';
import { BzzzError, Oid } from '@bzzz/protocol';
import type { Git } from './git.ts';
import {
  type Change,
  changesBetween,
  listTree,
  pathShown,
  pathText,
  readBlobs,
  splitNul,
} from './git-objects.ts';
import { flawOfLink, flawOfPath, hostile, refuseHostileTree } from './hostile.ts';
import { codeOf } from './processes.ts';
import { newSecrets } from './secrets.ts';

/** Absurd numbers; what a repository wants is up to its policy. GitHub refuses files over 100 MB. */
export const collectLimits = {
  fileBytesMax: 100 * 1024 * 1024,
  newBytesMax: 512 * 1024 * 1024,
  newFilesMax: 50_000,
};

export interface CollectJob {
  /** Writes into the mirror. */
  readonly git: Git;
  readonly tree: string;
  readonly base: Oid;
  readonly message: string;
}

/** Throws `workspace_hostile`, `workspace_failed`, `aborted`. */
export async function collect(job: CollectJob, signal?: AbortSignal): Promise<Collected | null> {
  const { git, base } = job;
  if (job.message.trim() === '' || job.message.includes('\0')) {
    throw new BzzzError('workspace_failed', 'a commit message may not be empty or hold NUL');
  }
  await refuseHostileTree(job.tree, signal);
  await git(['read-tree', '--reset', base], { signal });
  await refuseAbsurdSizes(job, signal);
  await git(['add', '--all', '--', '.'], { signal, code: 'workspace_hostile' });
  const tree = Oid.parse(text(await git(['write-tree'], { signal })));
  if (tree === Oid.parse(text(await git(['rev-parse', `${base}^{tree}`], { signal })))) return null;
  const changes = await changesBetween(git, base, tree, { signal });
  const facts = await factsOf(git, changes, signal);
  const commit = await git(['commit-tree', tree, '-p', base], { signal, input: job.message });
  const oid = Oid.parse(text(commit));
  return { result: oid, commits: [{ oid, ...facts }] };
}

/** Before git copies anything into the mirror. */
async function refuseAbsurdSizes({ git, tree, base }: CollectJob, signal?: AbortSignal) {
  const list = ['ls-files', '-z', '--others', '--exclude-standard'];
  const fresh = splitNul(await git(list, { signal, code: 'workspace_hostile' }));
  if (fresh.length > collectLimits.newFilesMax) throw hostile('too many new files', tree);
  const known = [...(await listTree(git, base, { signal })).keys()];
  let newBytes = 0;
  for (const [paths, isNew] of [
    [fresh, true],
    [known, false],
  ] as const) {
    for (const path of paths) {
      const bytes = await bytesAt(tree, path);
      if (isNew) newBytes += bytes;
      if (bytes > collectLimits.fileBytesMax) throw hostile('a huge file', pathShown(path));
    }
  }
  if (newBytes > collectLimits.newBytesMax) throw hostile('too much in new files', '.');
}

/** Checks every change and describes it. Throws `workspace_hostile`. */
async function factsOf(
  git: Git,
  changes: readonly Change[],
  signal?: AbortSignal,
): Promise<Omit<CommitFacts, 'oid'>> {
  const files: ChangedFile[] = [];
  const secrets: { path: string; rule: string }[] = [];
  for (const change of changes) {
    const path = pathText(change.path);
    const flaw = flawOfPath(path);
    if (path === null || flaw !== null) throw hostile(flaw ?? '', pathShown(change.path));
    if (change.after?.mode === '160000') throw hostile('a submodule', path);
    const blobs = await readBlobs(git, oidsOf(change), { signal });
    const after = change.after === null ? null : (blobs.get(change.after.oid) ?? null);
    const before = change.before === null ? null : (blobs.get(change.before.oid) ?? null);
    if (change.after?.mode === '120000') {
      const linkFlaw = flawOfLink(path, after?.toString('utf8') ?? '');
      if (linkFlaw !== null) throw hostile(linkFlaw, path);
    }
    files.push(describe(path, change, after));
    if (after === null) continue;
    for (const rule of await newSecrets(path, after, before)) secrets.push({ path, rule });
  }
  return { files, secrets };
}

function describe(path: string, change: Change, after: Buffer | null): ChangedFile {
  const { before } = change;
  const status = change.after === null ? 'deleted' : before === null ? 'added' : 'modified';
  return { path, status, mode: change.after?.mode ?? '000000', bytes: after?.byteLength ?? 0 };
}

/** The blobs of a change; a submodule's commit is not in the mirror. */
function oidsOf(change: Change): Oid[] {
  const entries = [change.before, change.after].filter((entry) => entry !== null);
  return entries.filter(({ mode }) => mode !== '160000').map(({ oid }) => oid);
}

/** 0: it is gone, or a folder has taken its place. */
async function bytesAt(tree: string, path: string): Promise<number> {
  try {
    const info = await lstat(
      Buffer.concat([Buffer.from(join(tree, '/')), Buffer.from(path, 'latin1')]),
    );
    return info.isFile() ? info.size : 0;
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes(codeOf(error))) return 0;
    throw error;
  }
}

function text(out: Buffer): string {
  return out.toString('latin1').trim();
}
