/** Makes one commit of what differs from the base, without trusting anything in the worktree. */
import { cp, lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Collected } from '@bzzz/coordination';
import { BzzzError, Oid } from '@bzzz/protocol';
import { factsOf } from './commit-facts.ts';
import type { Tray } from './confine.ts';
import { type Git, gitAt } from './git.ts';
import {
  changedLines,
  changesBetween,
  listTree,
  movedFiles,
  pathShown,
  type RawPath,
  splitNul,
} from './git-objects.ts';
import { hostile, refuseHostileTree } from './hostile.ts';
import { importObjects } from './import-objects.ts';
import { refuseTakenPlaces } from './mount-points.ts';
import { codeOf } from './processes.ts';
import type { Runner } from './runner.ts';

/** Absurd numbers; what a repository wants is up to its policy. GitHub refuses files over 100 MB. */
const collectLimits = {
  fileBytesMax: 100 * 1024 * 1024,
  newBytesMax: 512 * 1024 * 1024,
  newFilesMax: 50_000,
};

export interface CollectJob {
  readonly runner: Pick<Runner, 'confine'>;
  /** Writes into the mirror, and has the index of `tray`; it never looks at the files. */
  readonly git: Git;
  /** Object store of the mirror. */
  readonly objects: string;
  readonly gitDir: string;
  readonly tray: Tray;
  readonly tree: string;
  readonly base: Oid;
  readonly message: string;
  /** Folders of the policy's setup, which are no part of a result. */
  readonly provides: readonly string[];
}

/** Throws `workspace_hostile`, `workspace_failed`, `aborted`. */
export async function collect(job: CollectJob, signal?: AbortSignal): Promise<Collected | null> {
  const { git, base, provides } = job;
  if (job.message.trim() === '' || job.message.includes('\0')) {
    throw new BzzzError('workspace_failed', 'a commit message may not be empty or hold NUL');
  }
  const provided = provides.map((at) => ({ at }));
  await refuseTakenPlaces(job.tree, provided);
  await refuseHostileTree(job.tree, provides, signal);
  await git(['read-tree', '--reset', base], { signal });
  await readFiles(job, signal);
  const tree = Oid.parse(text(await git(['write-tree'], { signal })));
  if (tree === Oid.parse(text(await git(['rev-parse', `${base}^{tree}`], { signal })))) return null;
  const facts = await factsBetween(git, base, tree, signal);
  const commit = await git(['commit-tree', tree, '-p', base], { signal, input: job.message });
  const oid = Oid.parse(text(commit));
  return { result: oid, commits: [{ oid, ...facts }] };
}

/**
 * What the files hold comes into the index and the mirror. A command may be at work on them (a checkpoint), so only
 * git that is confined as that command is ever reads one of them.
 */
async function readFiles(job: CollectJob, signal?: AbortSignal): Promise<void> {
  const { tree, tray, provides } = job;
  await cp(job.gitDir, tray.gitDir, { recursive: true });
  const git = gitAt(await job.runner.confine({ tree, tray }, { signal }));
  await refuseAbsurdSizes(job, git, signal);
  const options = { signal, code: 'workspace_hostile' } as const;
  // What is as it was is not to become an object once more: git does not see here that the mirror has it.
  await git(['update-index', '-q', '--refresh'], options);
  await git(['add', '--all', '--', '.'], options);
  if (provides.length > 0) {
    // They are left out already, unless a `.gitignore` of the result says otherwise, which outranks us.
    const drop = ['rm', '-r', '--quiet', '--cached', '--force', '--ignore-unmatch', '--'];
    await git([...drop, ...provides], { signal });
  }
  await importObjects(tray.objects, job.objects);
}

/** The same facts of a commit that another peer made on this base; it is in the mirror. */
export async function inspectResult(
  git: Git,
  { base, result }: { readonly base: Oid; readonly result: Oid },
  signal?: AbortSignal,
): Promise<Collected> {
  const facts = await factsBetween(git, base, result, signal);
  return { result, commits: [{ oid: result, ...facts }] };
}

async function factsBetween(git: Git, before: Oid, after: Oid, signal?: AbortSignal) {
  const changes = await changesBetween(git, before, after, { signal });
  const lines = await changedLines(git, before, after, { signal });
  const moved = await movedFiles(git, before, after, { signal });
  return factsOf(git, { changes, lines, moved }, signal);
}

/** Before git copies anything into the mirror. */
async function refuseAbsurdSizes(
  { git, tree, base }: CollectJob,
  confined: Git,
  signal?: AbortSignal,
): Promise<void> {
  const list = ['ls-files', '-z', '--others', '--exclude-standard'];
  const fresh = splitNul(await confined(list, { signal, code: 'workspace_hostile' }));
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
      if (bytes > collectLimits.fileBytesMax) throw hugeFile(path);
    }
  }
  if (newBytes > collectLimits.newBytesMax) throw hostile('too much in new files', '.');
}

/** Before git reads one of them. Throws `workspace_hostile`. */
export async function refuseHugeFiles(tree: string, paths: readonly RawPath[]): Promise<void> {
  for (const path of paths) {
    if ((await bytesAt(tree, path)) > collectLimits.fileBytesMax) throw hugeFile(path);
  }
}

function hugeFile(path: RawPath): BzzzError {
  return hostile('a huge file', pathShown(path));
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
