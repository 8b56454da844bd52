/**
 * Configuration of coding tools in a worktree: it must be the base's whenever one of them starts there, or whoever
 * worked before would tell the next one what to do. What git ignores of it is removed, since it is no part of the
 * work and would never be collected; any other is part of the work, and told.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { agentConfiguration, globMatcher, type Oid } from '@bzzz/protocol';
import type { Git } from './git.ts';
import { pathShown, splitNul } from './git-objects.ts';
import { refuseHostileTree } from './hostile.ts';

export interface AgentsJob {
  /** With an index of its own. */
  readonly git: Git;
  readonly tree: string;
  readonly base: Oid;
  readonly provides: readonly string[];
}

/**
 * A path of it that differs from the base; null: none does. Nothing may run there meanwhile. Throws
 * `workspace_hostile`, `workspace_failed`, `aborted`.
 */
export async function agentsChanged(job: AgentsJob, signal?: AbortSignal): Promise<string | null> {
  const { git, tree, base, provides } = job;
  await refuseHostileTree(tree, provides, signal);
  await git(['read-tree', '--reset', base], { signal });
  await git(['add', '--all', '--', '.'], { signal, code: 'workspace_hostile' });
  // Without any rule of what to ignore: all that `add` left out.
  const list = ['ls-files', '-z', '--others'];
  const hidden = splitNul(await git(list, { signal, code: 'workspace_hostile' }));
  const isAgents = globMatcher(agentConfiguration);
  for (const path of hidden) {
    const shown = pathShown(path);
    if (!isAgents(shown) || provides.some((folder) => shown.startsWith(`${folder}/`))) continue;
    await rm(Buffer.concat([Buffer.from(join(tree, '/')), Buffer.from(path, 'latin1')]), {
      recursive: true,
      force: true,
    });
  }
  const changed = ['diff-index', '--cached', '--name-only', '--no-renames', '-z', base];
  const seen = splitNul(await git(changed, { signal })).map(pathShown);
  return seen.find(isAgents) ?? null;
}
