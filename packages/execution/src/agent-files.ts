/**
 * Configuration of coding tools in a worktree must be the base's whenever one of them starts there, or whoever worked
 * before would tell the next one what to do. What would be collected of it is part of the work, and told; what would
 * not (git ignores it, or it lies in a module) is removed, since nobody would ever look at it. The worktree's own
 * repository is made anew: its configuration can name programs to run, too.
 */
import { rm } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { agentConfiguration, globMatcher, type Oid } from '@bzzz/protocol';
import { addOwnGit, indexInfo, objectsOf, trustedGit } from './checkout.ts';
import { refuseHugeFiles } from './collect.ts';
import type { Git } from './git.ts';
import { listTree, pathShown, type RawPath, splitNul, type TreeEntry } from './git-objects.ts';
import { refuseHostileTree } from './hostile.ts';
import { handOverWritten } from './ownership.ts';
import { leaveOutProvided } from './relay.ts';
import { removeWritten, type Slot } from './slot.ts';

export interface AgentsJob {
  /** With an index of its own. */
  readonly slot: Slot;
  readonly mirror: string;
  readonly base: Oid;
  readonly provides: readonly string[];
}

/**
 * A path of it that differs from the base; null: none does. Nothing may run there meanwhile. Throws
 * `workspace_hostile`, `workspace_failed`, `aborted`.
 */
export async function agentsChanged(job: AgentsJob, signal?: AbortSignal): Promise<string | null> {
  const { slot, mirror, base, provides } = job;
  const git = trustedGit(slot, mirror);
  await refuseHostileTree(slot.tree, provides, signal);
  const files = await listTree(git, base, { signal });
  const isAgents = await agentsOn(git, files, signal);
  const own = new Map([...files].filter(([path]) => isAgents(path)));
  await refuseHugeFiles(slot.tree, [...own.keys()]);
  // An index of those alone: git reads no other file, and takes no folder for that of a module.
  await git(['read-tree', '--empty'], { signal });
  await git(['update-index', '-z', '--index-info'], { signal, input: indexInfo(own) });
  await git(['update-index', '-q', '--refresh'], { signal, code: 'workspace_hostile' });
  const changed = await listed(git, ['diff-files', '--name-only', '-z'], signal);
  const isOurs = (path: RawPath) => isAgents(path) && !isBelow(path, provides);
  const list = ['ls-files', '-z', '--others'];
  const seen = (await listed(git, [...list, '--exclude-standard'], signal)).filter(
    (path) => isOurs(path) && !isBelow(path, modulesOf(files)),
  );
  for (const path of await listed(git, list, signal)) {
    if (isOurs(path) && !seen.includes(path)) await remove(slot.tree, path);
  }
  await git(['read-tree', '--reset', base], { signal });
  await removeWritten(join(slot.tree, '.git'));
  await addOwnGit(slot, objectsOf(mirror), base, signal);
  await leaveOutProvided(slot);
  await handOverWritten(slot.tree);
  const [first] = [...changed, ...seen];
  return first === undefined ? null : pathShown(first);
}

/** By its name, or as that to which a link of such a name leads. */
async function agentsOn(
  git: Git,
  files: ReadonlyMap<RawPath, TreeEntry>,
  signal?: AbortSignal,
): Promise<(path: RawPath) => boolean> {
  const isNamed = globMatcher(agentConfiguration);
  const targets = new Set<RawPath>();
  const links = [...files].filter(([path]) => isNamed(pathShown(path)));
  for (let link = links.pop(); link !== undefined; link = links.pop()) {
    const [path, { mode, oid }] = link;
    if (mode !== '120000') continue;
    const target = (await git(['cat-file', 'blob', oid], { signal })).toString('latin1');
    const led = posix.join(posix.dirname(path), target);
    if (targets.has(led)) continue;
    targets.add(led);
    const next = files.get(led);
    if (next !== undefined) links.push([led, next]);
  }
  return (path) =>
    isNamed(pathShown(path)) || targets.has(path) || isBelow(path, [...targets].map(pathShown));
}

async function listed(git: Git, args: string[], signal?: AbortSignal): Promise<RawPath[]> {
  return splitNul(await git(args, { signal, code: 'workspace_hostile' }));
}

function modulesOf(files: ReadonlyMap<RawPath, TreeEntry>): string[] {
  return [...files].filter(([, { mode }]) => mode === '160000').map(([path]) => pathShown(path));
}

function isBelow(path: RawPath, folders: readonly string[]): boolean {
  return folders.some((folder) => pathShown(path).startsWith(`${folder}/`));
}

async function remove(tree: string, path: RawPath): Promise<void> {
  const full = Buffer.concat([Buffer.from(join(tree, '/')), Buffer.from(path, 'latin1')]);
  await rm(full, { recursive: true, force: true });
}
