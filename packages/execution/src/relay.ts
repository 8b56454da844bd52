/**
 * What a command of an acceptance left in the worktree must not judge in the next one: it has run code of the
 * result. Nothing runs there meanwhile.
 */
import { copyFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { globMatcher } from '@bzzz/protocol';
import { addOwnGit, type CheckoutJob, indexInfo, objectsOf, trustedGit } from './checkout.ts';
import { pathShown, type RawPath, splitNul, type TreeEntry } from './git-objects.ts';
import { refuseBlindSpots } from './hostile.ts';
import { handOverWritten } from './ownership.ts';
import { codeOf } from './processes.ts';
import { removeWritten, type Slot } from './slot.ts';

export interface Laid extends CheckoutJob {
  readonly entries: ReadonlyMap<RawPath, TreeEntry>;
  /** All files of the base branch, whose rules say what is ignored. */
  readonly base: ReadonlyMap<RawPath, TreeEntry>;
  /** Globs of the files that judge. */
  readonly judge: readonly string[];
  /** Folders of the policy's setup, which are left alone. */
  readonly provides: readonly string[];
}

/**
 * Every file that was laid there is again as it was, by its content. What else judges or says what to ignore is gone
 * unless the base branch ignores it, and so is every repository but the worktree's own, which is made anew. Other files
 * stay, as what was built.
 * Throws `workspace_hostile`, `workspace_failed`, `aborted`.
 */
export async function layAnew(slot: Slot, laid: Laid, signal?: AbortSignal): Promise<void> {
  const { mirror, commit, entries } = laid;
  const git = trustedGit(slot, mirror);
  await refuseBlindSpots(slot.tree, laid.provides, signal);
  // An index that knows no times and sizes, so that each file is compared.
  await git(['read-tree', '--empty'], { signal });
  await git(['update-index', '-z', '--index-info'], { signal, input: indexInfo(entries) });
  const options = { signal, code: 'workspace_hostile' } as const;
  await git(['update-index', '-q', '--refresh'], options);
  // Also what stands in the way, or a link on the way, gives place.
  await git(['checkout-index', '--all', '--force', '--quiet', '--index'], options);
  for (const path of await leftBehind(slot, laid, signal)) {
    await rm(Buffer.concat([Buffer.from(join(slot.tree, '/')), Buffer.from(path, 'latin1')]), {
      recursive: true,
    });
  }
  await removeWritten(join(slot.tree, '.git'));
  await addOwnGit(slot, objectsOf(mirror), commit, signal);
  await leaveOutProvided(slot);
  await handOverWritten(slot.tree);
}

/**
 * Ends with a slash: a repository, into which git does not look. No rule of the worktree leaves anything out here:
 * the command could have written it, and the result too.
 */
async function leftBehind(slot: Slot, laid: Laid, signal?: AbortSignal) {
  const { mirror, judge, provides } = laid;
  const git = trustedGit(slot, mirror);
  const list = ['ls-files', '-z', '--others'];
  const others = splitNul(await git(list, { signal, code: 'workspace_hostile' }));
  const own = others.filter((path) => !provides.some((folder) => path.startsWith(`${folder}/`)));
  const isJudge = globMatcher(judge);
  const found = own.filter(
    (path) => path.endsWith('/') || isIgnoreFile(path) || isJudge(pathShown(path)),
  );
  const ignored = await ignoredOnBase(slot, laid, found, signal);
  return found.filter((path) => !ignored.has(path));
}

/** Asked in a folder that holds the base's ignore files and nothing else, of an index that names the paths. */
async function ignoredOnBase(
  slot: Slot,
  { mirror, commit, base }: Laid,
  paths: readonly RawPath[],
  signal?: AbortSignal,
): Promise<ReadonlySet<RawPath>> {
  if (paths.length === 0) return new Set();
  const tree = join(slot.folder, 'ignores');
  const git = trustedGit({ ...slot, tree, index: join(slot.folder, 'ignores-index') }, mirror);
  const rules = [...base].filter(([path]) => isIgnoreFile(path));
  // Of what is asked about only the names count, and that a repository is a folder.
  const asked = paths.map((path): [RawPath, TreeEntry] =>
    path.endsWith('/')
      ? [path.slice(0, -1), { mode: '160000', oid: commit }]
      : [path, { mode: '100644', oid: commit }],
  );
  const fill = ['update-index', '-z', '--index-info'];
  await mkdir(tree);
  await git(['read-tree', '--empty'], { signal });
  await git(fill, { signal, input: indexInfo(new Map(rules)) });
  await git(['checkout-index', '--all', '--quiet'], { signal });
  const options = { signal, code: 'workspace_hostile' } as const;
  await git(fill, { ...options, input: indexInfo(new Map(asked)) });
  const list = ['ls-files', '-z', '--cached', '--ignored', '--exclude-standard'];
  const ignored = new Set(splitNul(await git(list, options)));
  await removeWritten(tree);
  return new Set(paths.filter((path) => ignored.has(path.replace(/\/$/, ''))));
}

function isIgnoreFile(path: RawPath): boolean {
  return path === '.gitignore' || path.endsWith('/.gitignore');
}

/** Where there is a setup, both repositories say what it provides. */
export async function leaveOutProvided({ gitDir, tree }: Slot): Promise<void> {
  const exclude = join('info', 'exclude');
  try {
    await copyFile(join(gitDir, exclude), join(tree, '.git', exclude));
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}
