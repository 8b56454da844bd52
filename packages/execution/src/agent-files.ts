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
  const modules = modulesOf(files);
  const shown = await listed(git, [...list, '--exclude-standard'], signal);
  const seen = new Set(shown.filter((path) => isOurs(path) && !isBelow(path, modules)));
  for (const path of await listed(git, list, signal)) {
    if (isOurs(path) && !seen.has(path)) await remove(slot.tree, path);
  }
  await git(['read-tree', '--reset', base], { signal });
  await removeWritten(join(slot.tree, '.git'));
  await addOwnGit(slot, objectsOf(mirror), base, signal);
  await leaveOutProvided(slot);
  await handOverWritten(slot.tree);
  const [first] = [...changed, ...seen];
  return first === undefined ? null : pathShown(first);
}

/** By its name, as that to which a link of such a name leads, or as a link on the way there. */
async function agentsOn(
  git: Git,
  files: ReadonlyMap<RawPath, TreeEntry>,
  signal?: AbortSignal,
): Promise<(path: RawPath) => boolean> {
  const isNamed = globMatcher(agentConfiguration);
  const targets = new Set<RawPath>();
  const leading = [...files.keys()]
    .filter((path) => isNamed(pathShown(path)))
    .map((path) => ({ path, links: 0 }));
  for (let at = leading.pop(); at !== undefined; at = leading.pop()) {
    const link = linkOn(at.path, files);
    if (link === undefined || at.links === linksMax) continue;
    const target = (await git(['cat-file', 'blob', link.oid], { signal })).toString('latin1');
    const path = posix.join(posix.dirname(link.path), target, at.path.slice(link.path.length));
    targets.add(link.path).add(path);
    leading.push({ path, links: at.links + 1 });
  }
  const folders = [...targets].map(pathShown);
  return (path) => isNamed(pathShown(path)) || targets.has(path) || isBelow(path, folders);
}

/** Linux follows no more on one way, so no tool does. */
const linksMax = 40;

/** The first link that stands on the way to a path, or at its end. */
function linkOn(
  path: RawPath,
  files: ReadonlyMap<RawPath, TreeEntry>,
): { readonly path: RawPath; readonly oid: Oid } | undefined {
  for (let end = path.indexOf('/'); ; end = path.indexOf('/', end + 1)) {
    const part = end === -1 ? path : path.slice(0, end);
    const entry = files.get(part);
    if (entry?.mode === '120000') return { path: part, oid: entry.oid };
    if (end === -1) return undefined;
  }
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
