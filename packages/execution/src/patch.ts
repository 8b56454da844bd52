/**
 * Differences that peers send each other. A patch is a string of one character a byte, since what it
 * changes need not be UTF-8. One that comes from another peer is hostile until it is applied: git takes
 * it whole or not at all, follows no symbolic link, and touches nothing outside the folder. Nor may it bring what
 * git then ignores: such files are no part of what is collected, so nobody would look at them, and a coding tool
 * in the folder would be steered by them all the same.
 */
import { BzzzError, type Oid } from '@bzzz/protocol';
import type { Git } from './git.ts';
import { pathShown, type RawPath, splitNul } from './git-objects.ts';
import { refuseHostileTree } from './hostile.ts';
import { handOverWritten } from './ownership.ts';

export async function diffText(
  git: Git,
  { from, to, charsMax }: { readonly from: Oid; readonly to: Oid; readonly charsMax: number },
  signal?: AbortSignal,
): Promise<string> {
  const plain = ['--no-renames', '--no-ext-diff', '--no-textconv', '--no-color'];
  const args = ['diff-tree', '-r', '-p', '--binary', '--full-index', ...plain, from, to];
  const out = await git(args, { signal });
  if (out.byteLength > charsMax) {
    throw new BzzzError('patch_too_large', `${out.byteLength} bytes, at most ${charsMax}`);
  }
  return out.toString('latin1');
}

export interface PatchJob {
  /** With an index of its own. */
  readonly git: Git;
  readonly tree: string;
  readonly base: Oid;
  readonly patch: string;
  readonly reverse: boolean;
  readonly provides: readonly string[];
}

export async function applyPatch(job: PatchJob, signal?: AbortSignal): Promise<void> {
  const { git, patch, reverse } = job;
  await refuseHostileTree(job.tree, job.provides, signal);
  const apply = (...args: string[]) =>
    git(['apply', '--whitespace=nowarn', ...args, '-'], {
      signal,
      input: Buffer.from(patch, 'latin1'),
      code: 'patch_refused',
    });
  const before = await seenFiles(job, signal);
  try {
    await apply('--index', ...(reverse ? ['--reverse'] : []));
    if (reverse) return;
    const hidden = await hiddenIn(job, before, signal);
    if (hidden === undefined) return;
    await apply('--reverse');
    throw new BzzzError('patch_refused', `it brings a file that is ignored: ${hidden}`);
  } finally {
    await handOverWritten(job.tree);
  }
}

/** What would be collected; the index holds it. */
async function seenFiles({ git, base }: PatchJob, signal?: AbortSignal): Promise<Set<RawPath>> {
  await git(['read-tree', '--reset', base], { signal });
  await git(['add', '--all', '--', '.'], { signal, code: 'workspace_hostile' });
  return indexed(git, signal);
}

async function indexed(git: Git, signal?: AbortSignal): Promise<Set<RawPath>> {
  return new Set(splitNul(await git(['ls-files', '-z', '--cached'], { signal })));
}

/** A file that the patch brought, or was there and is ignored now, and would not be collected. */
async function hiddenIn(
  job: PatchJob,
  before: ReadonlySet<RawPath>,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const after = await indexed(job.git, signal);
  const seen = await seenFiles(job, signal);
  const isProvided = (path: RawPath) =>
    job.provides.some((folder) => pathShown(path).startsWith(`${folder}/`));
  const hidden = [...after].find(
    (path) => !seen.has(path) || (!before.has(path) && isProvided(path)),
  );
  return hidden === undefined ? undefined : JSON.stringify(pathShown(hidden)).slice(0, 300);
}
