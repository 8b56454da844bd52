/** Fills a slot with the files of a commit, out of the mirror's object store. */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Oid } from '@bzzz/protocol';
import { type Git, gitAt, makeGitDir } from './git.ts';
import type { RawPath, TreeEntry } from './git-objects.ts';
import type { Slot } from './slot.ts';

export interface CheckoutJob {
  /** Git directory of the mirror. */
  readonly mirror: string;
  readonly commit: Oid;
  /** Files instead of the commit's own; default: exactly those. */
  readonly entries?: ReadonlyMap<RawPath, TreeEntry>;
}

/** Throws `workspace_failed`, `aborted`. Returns git as it sees this worktree, safely. */
export async function checkOut(
  slot: Slot,
  { mirror, commit, entries }: CheckoutJob,
  signal?: AbortSignal,
): Promise<Git> {
  const git = trustedGit(slot, mirror);
  if (entries === undefined) await git(['read-tree', commit], { signal });
  else await git(['update-index', '-z', '--index-info'], { signal, input: indexInfo(entries) });
  await git(['checkout-index', '--all', '--quiet', '--index'], { signal });
  await addOwnGit(slot, objectsOf(mirror), commit, signal);
  return git;
}

/** Reads the worktree with our own git directory and writes objects into the mirror. */
export function trustedGit(slot: Slot, mirror: string): Git {
  return gitAt({
    gitDir: slot.gitDir,
    objects: objectsOf(mirror),
    workTree: slot.tree,
    index: slot.index,
  });
}

/**
 * A repository of one commit in the worktree, for tools that ask git what has changed. Its objects
 * are copied, so that the mirror need not be in sight.
 */
export async function addOwnGit(
  slot: Slot,
  source: string,
  commit: Oid,
  signal?: AbortSignal,
): Promise<void> {
  const gitDir = join(slot.tree, '.git');
  await makeGitDir(gitDir);
  const pack = join(gitDir, 'objects', 'pack');
  await mkdir(pack, { recursive: true });
  const git = gitAt({ gitDir, alternates: source });
  const list = ['rev-list', '--objects', '--no-object-names', '--no-walk', commit];
  const objects = await git(list, { signal });
  await git(['pack-objects', '-q', join(pack, 'pack')], { signal, input: objects });
  await writeFile(join(gitDir, 'shallow'), `${commit}\n`);
  await mkdir(join(gitDir, 'refs', 'heads'), { recursive: true });
  await writeFile(join(gitDir, 'refs', 'heads', 'work'), `${commit}\n`);
  await copyFile(slot.index, join(gitDir, 'index'));
}

export function objectsOf(mirror: string): string {
  return join(resolve(mirror), 'objects');
}

export function indexInfo(entries: ReadonlyMap<RawPath, TreeEntry>): Buffer {
  const lines = [...entries].map(([path, { mode, oid }]) => `${mode} ${oid}\t${path}\0`);
  return Buffer.from(lines.join(''), 'latin1');
}
