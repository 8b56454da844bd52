/**
 * Differences that peers send each other. A patch is a string of one character a byte, since what it
 * changes need not be UTF-8. One that comes from another peer is hostile until it is applied: git takes
 * it whole or not at all, follows no symbolic link, and touches nothing outside the folder.
 */
import { BzzzError, type Oid } from '@bzzz/protocol';
import type { Git } from './git.ts';
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
  const { git, base, patch, reverse } = job;
  await refuseHostileTree(job.tree, job.provides, signal);
  await git(['read-tree', '--reset', base], { signal });
  await git(['add', '--all', '--', '.'], { signal, code: 'workspace_hostile' });
  const args = ['apply', '--index', '--whitespace=nowarn', ...(reverse ? ['--reverse'] : []), '-'];
  try {
    await git(args, { signal, input: Buffer.from(patch, 'latin1'), code: 'patch_refused' });
  } finally {
    await handOverWritten(job.tree);
  }
}
