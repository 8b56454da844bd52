/**
 * When the peer runs as root, each worktree belongs to an unprivileged user of its own, under whom
 * its commands run: so they can neither write what is the peer's nor what is another worktree's.
 */
import { randomInt } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { BzzzError } from '@bzzz/protocol';
import { runOnce } from './capture.ts';

/** systemd sets this range aside for users that exist only while a service runs. */
const firstUser = 61_184;
const lastUser = 65_519;

/**
 * Gives a worktree that is still root's to a user without a name; returns the owner. Who asks for one worktree
 * while that is under way, gets the same one.
 */
export function createHandOver(): (tree: string) => Promise<number> {
  const underWay = new Map<string, Promise<number>>();
  return (tree) => {
    const before = underWay.get(tree);
    if (before !== undefined) return before;
    const handing = handOver(tree).finally(() => underWay.delete(tree));
    underWay.set(tree, handing);
    return handing;
  };
}

async function handOver(tree: string): Promise<number> {
  const { uid } = await lstat(tree);
  if (uid !== 0) return uid;
  const owner = randomInt(firstUser, lastUser + 1);
  await giveTo(owner, tree, []);
  return owner;
}

/** What the peer itself wrote into a worktree becomes its owner's: commands could not change it else. */
export async function handOverWritten(tree: string): Promise<void> {
  if (process.geteuid?.() !== 0) return;
  const { uid } = await lstat(tree);
  // Still root's: it is handed over as a whole before the first command.
  if (uid !== 0) await giveTo(uid, tree, ['--from=0']);
}

/** A folder with all that is in it, unless it is his already. */
export async function giveHome(owner: number, folder: string): Promise<void> {
  const { uid } = await lstat(folder);
  if (uid !== owner) await giveTo(owner, folder, []);
}

export async function giveTo(
  owner: number,
  tree: string,
  only: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  const args = ['-R', '-h', '-P', ...only, `${owner}:${owner}`, tree];
  const { code, stderr } = await runOnce('chown', args, { signal });
  if (code !== 0) {
    throw new BzzzError('workspace_failed', `chown failed: ${stderr.toString('utf8').trim()}`);
  }
}
