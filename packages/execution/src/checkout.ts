/** Fills a slot with the files of a commit, out of the mirror's object store. */
import { copyFile, rm, writeFile } from 'node:fs/promises';
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
  await addOwnGit(slot, resolve(mirror), commit, signal);
  return git;
}

/** Reads the worktree with our own git directory and writes objects into the mirror. */
export function trustedGit(slot: Slot, mirror: string): Git {
  return gitAt({
    gitDir: slot.gitDir,
    objects: join(resolve(mirror), 'objects'),
    workTree: slot.tree,
    index: slot.index,
  });
}

/** A repository of one commit in the worktree, for tools that ask git what has changed. */
async function addOwnGit(slot: Slot, mirror: string, commit: Oid, signal?: AbortSignal) {
  const gitDir = join(slot.tree, '.git');
  await makeGitDir(gitDir);
  const git = gitAt({ gitDir, workTree: slot.tree });
  const uploadPack = 'git -c uploadpack.allowAnySHA1InWant=true upload-pack';
  const fetch = ['-c', 'protocol.file.allow=always', 'fetch', '--quiet', '--depth=1', '--no-tags'];
  const options = ['--no-write-fetch-head', '--no-recurse-submodules', '--upload-pack', uploadPack];
  await git([...fetch, ...options, `file://${mirror}`, commit], { signal });
  await git(['update-ref', 'refs/heads/work', commit], { signal });
  await copyFile(slot.index, join(gitDir, 'index'));
  await writeFile(join(gitDir, 'description'), 'one commit, without a remote\n');
  await rm(join(gitDir, 'FETCH_HEAD'), { force: true });
}

function indexInfo(entries: ReadonlyMap<RawPath, TreeEntry>): Buffer {
  const lines = [...entries].map(([path, { mode, oid }]) => `${mode} ${oid}\t${path}\0`);
  return Buffer.from(lines.join(''), 'latin1');
}
