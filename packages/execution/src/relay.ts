/**
 * What a command of an acceptance left in the worktree must not judge in the next one: it has run code of the
 * result. Nothing runs there meanwhile.
 */
import { copyFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { matchesAny } from '@bzzz/protocol';
import { addOwnGit, type CheckoutJob, indexInfo, objectsOf, trustedGit } from './checkout.ts';
import type { Git } from './git.ts';
import { pathShown, type RawPath, splitNul, type TreeEntry } from './git-objects.ts';
import { handOverWritten } from './ownership.ts';
import { codeOf } from './processes.ts';
import { removeWritten, type Slot } from './slot.ts';

export interface Laid extends CheckoutJob {
  readonly entries: ReadonlyMap<RawPath, TreeEntry>;
  /** Globs of the files that judge. */
  readonly judge: readonly string[];
  /** Folders of the policy's setup, which are left alone. */
  readonly provides: readonly string[];
}

/**
 * Every file that was laid there is again as it was, by its content. What else judges and is not ignored is gone,
 * and so is every repository but the worktree's own, which is made anew. Other files stay, as what was built.
 * Throws `workspace_hostile`, `workspace_failed`, `aborted`.
 */
export async function layAnew(slot: Slot, laid: Laid, signal?: AbortSignal): Promise<void> {
  const { mirror, commit, entries } = laid;
  const git = trustedGit(slot, mirror);
  // An index that knows no times and sizes, so that each file is compared.
  await git(['read-tree', '--empty'], { signal });
  await git(['update-index', '-z', '--index-info'], { signal, input: indexInfo(entries) });
  const options = { signal, code: 'workspace_hostile' } as const;
  await git(['update-index', '-q', '--refresh'], options);
  // Also what stands in the way, or a link on the way, gives place.
  await git(['checkout-index', '--all', '--force', '--quiet', '--index'], options);
  for (const path of await leftBehind(git, laid, signal)) {
    await rm(Buffer.concat([Buffer.from(join(slot.tree, '/')), Buffer.from(path, 'latin1')]), {
      recursive: true,
    });
  }
  await removeWritten(join(slot.tree, '.git'));
  await addOwnGit(slot, objectsOf(mirror), commit, signal);
  await leaveOutProvided(slot);
  await handOverWritten(slot.tree);
}

/** Ends with a slash: a repository, into which git does not look. */
async function leftBehind(git: Git, { judge, provides }: Laid, signal?: AbortSignal) {
  const list = ['ls-files', '-z', '--others', '--exclude-standard'];
  const others = splitNul(await git(list, { signal, code: 'workspace_hostile' }));
  const own = others.filter((path) => !provides.some((folder) => path.startsWith(`${folder}/`)));
  return own.filter((path) => path.endsWith('/') || matchesAny(pathShown(path), judge));
}

/** Where there is a setup, both repositories say what it provides. */
async function leaveOutProvided({ gitDir, tree }: Slot): Promise<void> {
  const exclude = join('info', 'exclude');
  try {
    await copyFile(join(gitDir, exclude), join(tree, '.git', exclude));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
