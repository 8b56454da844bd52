/**
 * Configuration of coding tools that lies hidden in a worktree. What is seen of it is looked at when the work is
 * collected, and refused; what git ignores is not, and would steer whoever works in the same files next.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { agentConfiguration, globMatcher, type Oid } from '@bzzz/protocol';
import type { Git } from './git.ts';
import { pathShown, splitNul } from './git-objects.ts';
import { refuseHostileTree } from './hostile.ts';

export interface HiddenJob {
  /** With an index of its own. */
  readonly git: Git;
  readonly tree: string;
  readonly base: Oid;
  readonly provides: readonly string[];
}

/** Nothing may run there meanwhile. Throws `workspace_hostile`, `workspace_failed`, `aborted`. */
export async function dropHiddenAgents(job: HiddenJob, signal?: AbortSignal): Promise<void> {
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
}
