/** The places in a worktree at which folders that the peer keeps are mounted for a command. */
import { lchown, lstat, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { hostile } from './hostile.ts';
import { codeOf } from './processes.ts';

export interface Provided {
  /** Folder of the host. */
  readonly from: string;
  /** Below the worktree. */
  readonly at: string;
}

/**
 * Makes what is missing, as the worktree's owner would. A mount follows links, and the last command may
 * have left one there: so every part is looked at. Nothing runs in the worktree between this and the mount.
 * Throws `workspace_hostile`.
 */
export async function makeMountPoints(
  tree: string,
  provided: readonly Pick<Provided, 'at'>[],
  owner: number,
): Promise<void> {
  for (const { at } of provided) {
    for (const folder of foldersTo(tree, at)) {
      if (await isFolder(folder, at)) continue;
      await mkdir(folder, { mode: 0o755 });
      if (process.geteuid?.() === 0) await lchown(folder, owner, owner);
    }
  }
}

/** Throws `workspace_hostile` when something else than a folder stands where one is provided. */
export async function refuseTakenPlaces(
  tree: string,
  provided: readonly Pick<Provided, 'at'>[],
): Promise<void> {
  for (const { at } of provided) await isFolderThere(tree, at);
}

/** The same, and whether all of it is there. */
export async function isFolderThere(tree: string, at: string): Promise<boolean> {
  for (const folder of foldersTo(tree, at)) if (!(await isFolder(folder, at))) return false;
  return true;
}

function foldersTo(tree: string, at: string): string[] {
  const parts = at.split('/');
  return parts.map((_, index) => join(tree, ...parts.slice(0, index + 1)));
}

/** False: there is nothing. */
async function isFolder(path: string, at: string): Promise<boolean> {
  try {
    if ((await lstat(path)).isDirectory()) return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
  throw hostile('a file or link stands where the setup of the policy provides a folder', at);
}
