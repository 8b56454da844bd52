/** What a worktree may not hold when it is to be committed. */
import { constants, type Dirent } from 'node:fs';
import { open, readdir } from 'node:fs/promises';
import { posix } from 'node:path';
import { BzzzError } from '@bzzz/protocol';

const entriesMax = 1_000_000;
const depthMax = 200;
/** Characters that some file systems ignore in names, so that `.g\u200cit` is `.git` there. */
const ignored = /[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]/g;

/**
 * Looks at every entry without following a link, also one that takes the place of a folder meanwhile: each folder
 * is opened once, and what is in it is found by way of that. Throws `workspace_hostile` at a nested repository,
 * at what is neither file, folder nor link, and at absurd numbers. What lies in the folders that the setup
 * provides is no part of a result, and may be anything.
 */
export function refuseHostileTree(
  tree: string,
  provides: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  return lookThrough(tree, { provides, repositories: 'refused' }, signal);
}

/**
 * The same but for nested repositories: what git would wait at for ever, such as a pipe by the name of
 * `.gitignore`, and a folder into which it could not see while others open what lies there by name.
 */
export function refuseBlindSpots(
  tree: string,
  provides: readonly string[],
  signal?: AbortSignal,
): Promise<void> {
  return lookThrough(tree, { provides, repositories: 'passed' }, signal);
}

async function lookThrough(
  tree: string,
  job: { readonly provides: readonly string[]; readonly repositories: 'refused' | 'passed' },
  signal?: AbortSignal,
): Promise<void> {
  let entries = 0;

  async function look(at: string, path: string, depth: number): Promise<void> {
    if (signal?.aborted === true)
      throw new BzzzError('aborted', 'looking through the files was cancelled');
    if (depth > depthMax) throw hostile('folders are nested too deeply', path);
    await using folder = await openFolder(at, path);
    const here = `/proc/self/fd/${folder.fd}`;
    const children = await list(here, path);
    entries += children.length;
    if (entries > entriesMax) throw hostile(`there are more than ${entriesMax} files`, path);
    for (const child of children) {
      // Its own repository at the top is expected; git leaves it out by its name.
      if (path === '' && child.name === '.git') continue;
      const childPath = posix.join(path, child.name);
      if (isGitName(child.name) && job.repositories === 'refused')
        throw hostile('a nested repository', childPath);
      if (job.provides.includes(childPath)) continue;
      if (child.isDirectory()) await look(`${here}/${child.name}`, childPath, depth + 1);
      else if (!child.isFile() && !child.isSymbolicLink())
        throw hostile('a special file', childPath);
    }
  }

  await look(tree, '', 0);
}

/** Whether a path may stand in a commit; null: yes. */
export function flawOfPath(path: string | null): string | null {
  if (path === null) return 'a file name is not UTF-8';
  if (/[\x00-\x1f\x7f]/.test(path)) return 'a file name holds control characters';
  return path.split('/').some((part) => isGitName(part)) ? 'a file name is reserved for git' : null;
}

/**
 * Whether a link stays inside of the worktree; null: yes. `..` may only lead: behind another link
 * it would go up from somewhere else.
 */
export function flawOfLink(path: string, target: string): string | null {
  if (target === '' || target.includes('\0')) return 'a link without a target';
  if (target.startsWith('/')) return 'a link that leads out of the worktree';
  const parts = target.split('/').filter((part) => part !== '' && part !== '.');
  const rising = parts.findIndex((part) => part !== '..');
  const up = rising === -1 ? parts.length : rising;
  if (up > path.split('/').length - 1) return 'a link that leads out of the worktree';
  if (parts.slice(up).includes('..')) return 'a link that goes up behind a name';
  return parts.some((part) => isGitName(part)) ? 'a link into a git directory' : null;
}

export function hostile(what: string, path: string): BzzzError {
  const shown = JSON.stringify(path).slice(0, 300);
  return new BzzzError('workspace_hostile', `${what}: ${shown}`);
}

/** `.git` as any file system of a reader might take it. */
function isGitName(name: string): boolean {
  return /^(?:\.git|git~[0-9]+)[ .]*(?::.*)?$/i.test(name.replaceAll(ignored, ''));
}

async function openFolder(at: string, path: string) {
  try {
    return await open(at, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  } catch (error) {
    throw unreadable(path, error);
  }
}

async function list(at: string, path: string): Promise<Dirent[]> {
  try {
    return await readdir(at, { withFileTypes: true });
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, cause: unknown): BzzzError {
  const reason = `a folder that cannot be read: ${JSON.stringify(path).slice(0, 300)}`;
  return new BzzzError('workspace_hostile', reason, { cause });
}
