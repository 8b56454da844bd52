/**
 * Git over a worktree in which a command may be at work at this very moment. Whatever it swaps for a link then,
 * git follows that link within what the command itself sees: it has the same view of the host, the worktree
 * (read-only) and the rights of the same user. Besides there is only a tray, in which git finds its git directory
 * and leaves its index and new objects; commands have no way to that, and nothing of anybody else lies in it.
 */
import { mkdir, rm } from 'node:fs/promises';
import { BzzzError } from '@bzzz/protocol';
import type { GitPlace } from './git.ts';
import type { HostView } from './host-view.ts';
import { giveTo } from './ownership.ts';
import { type Isolation, identityArgs, insidePath } from './sandbox.ts';

export interface Tray {
  readonly folder: string;
  readonly gitDir: string;
  readonly objects: string;
  readonly index: string;
}

function trayIn(folder: string): Tray {
  return {
    folder,
    gitDir: `${folder}/git`,
    objects: `${folder}/objects`,
    index: `${folder}/index`,
  };
}

/** `work` may use `folder` as a tray; it is gone afterwards, and with it what somebody who was aborted left in it. */
export async function withTray<T>(folder: string, work: (tray: Tray) => Promise<T>): Promise<T> {
  const tray = trayIn(folder);
  try {
    await mkdir(tray.objects, { recursive: true, mode: 0o700 });
    return await work(tray);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
}

/** Where the tray stands inside. */
const insideTray = '/tray';

export interface Confined {
  /** Null: the operator wants no sandbox. Commands have all rights of the peer then, and need no link for that. */
  readonly isolation: Isolation | null;
  readonly view: HostView;
  /** User that owns the worktree. */
  readonly owner: number;
}

/**
 * Everything that is in the tray then belongs to who uses it: what git needs is to be there by now.
 * Throws `sandbox_missing`, `workspace_failed`, `aborted`.
 */
export async function confinedPlace(
  { isolation, view, owner }: Confined,
  { tree, tray }: { readonly tree: string; readonly tray: Tray },
  signal?: AbortSignal,
): Promise<GitPlace> {
  if (isolation === null) return placeOf(tray, tree);
  const git = view.find('git');
  if (git === null) {
    const reason = 'git lies where no sandbox shows it: install it below /usr';
    throw new BzzzError('workspace_failed', reason);
  }
  if (isolation.changesUser) await giveTo(owner, tray.folder, [], signal);
  const started = [
    [isolation.program, ...isolation.namespaces, '--die-with-parent', '--dev', '/dev'],
    view.mounts,
    ['--ro-bind', tree, insidePath, '--bind', tray.folder, insideTray],
    ['--remount-ro', '/dev', '--remount-ro', '/', '--chdir', insidePath, '--'],
    identityArgs(isolation, owner),
    // What lasts is written by `importObjects`.
    [git, '-c', 'core.fsync=none'],
  ].flat();
  return { ...placeOf(trayIn(insideTray), insidePath), started };
}

function placeOf({ gitDir, objects, index }: Tray, workTree: string): GitPlace {
  return { gitDir, objects, index, workTree };
}
