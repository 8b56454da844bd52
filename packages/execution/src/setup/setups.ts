/**
 * What the policy's `setup` provides, for worktrees. An installation is made once, by whoever wants it
 * first; others who want it meanwhile wait for it. It is kept for whoever wants the same later.
 */
import { lstat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Base, SetupJob } from '@bzzz/coordination';
import { BzzzError } from '@bzzz/protocol';
import { trustedGit } from '../checkout.ts';
import { listTree } from '../git-objects.ts';
import { makeMountPoints, type Provided } from '../mount-points.ts';
import type { Slot } from '../slot.ts';
import { clashIn } from './clash.ts';
import { install, type InstallDeps } from './install.ts';
import { copyOver, discard } from './installed.ts';
import { keyOf } from './key.ts';
import { createSharedWork } from './shared-work.ts';
import { createStore, type Taken } from './store.ts';

export interface Setups {
  /**
   * Puts the folders into a slot that has its files. They stay until they are released. Throws
   * `setup_failed`, `workspace_failed`, `workspace_hostile`, `aborted`.
   */
  provide(
    slot: Slot,
    job: { readonly base: Base; readonly setup: SetupJob | undefined },
    signal?: AbortSignal,
  ): Promise<Release>;
  /** Removes all that no worktree has now; how many bytes that frees. */
  drop(): Promise<number>;
  /** Removes what an earlier process did not finish. */
  sweep(): Promise<void>;
}

/** Idempotent. */
export type Release = () => void;

export function createSetups(deps: InstallDeps, { bytesMax }: { bytesMax: number }): Setups {
  const { runner } = deps;
  const store = createStore({ dir: join(deps.dir, 'setups'), bytesMax });
  const shared = createSharedWork();

  async function make(key: string, job: Wanted, signal: AbortSignal): Promise<void> {
    const folder = await store.makeRoom();
    try {
      const { bytes } = await install(deps, job, folder, signal);
      await store.put(key, { folder, bytes });
    } catch (error) {
      await discard(folder);
      throw error;
    }
  }

  async function taken(key: string, job: Wanted, signal: AbortSignal | undefined): Promise<Taken> {
    for (;;) {
      const found = await store.take(key);
      if (found !== null) return found;
      // What was just made may be evicted before we come to take it.
      await shared.join(key, (until) => make(key, job, until), signal);
    }
  }

  return {
    async provide(slot, { base, setup }, signal) {
      if (setup === undefined) return () => undefined;
      const entries = await listTree(trustedGit(slot, base.mirror), base.oid, { signal });
      const clash = clashIn(entries.keys(), setup.provides);
      if (clash !== undefined) {
        const reason = `${clash} is in the repository, where the setup is to provide a folder`;
        throw new BzzzError('setup_failed', reason);
      }
      const key = keyOf({ base, entries, setup, sandbox: runner.sandbox });
      const { folder, release } = await taken(key, { base, setup }, signal);
      const provided = setup.provides.map((at, index) => ({
        from: join(folder, String(index)),
        at,
      }));
      const letGo = () => {
        runner.provide(slot.tree, []);
        release();
      };
      try {
        await layInto(slot, provided, signal);
      } catch (error) {
        letGo();
        throw error;
      }
      return letGo;
    },
    drop: () => store.drop(),
    sweep: () => store.sweep(),
  };

  async function layInto(slot: Slot, provided: readonly Provided[], signal?: AbortSignal) {
    const leftOut = provided.map(({ at }) => `/${at}\n`).join('');
    // For ours, and for tools that ask the worktree's own git what has changed.
    for (const gitDir of [slot.gitDir, join(slot.tree, '.git')]) {
      await writeFile(join(gitDir, 'info', 'exclude'), leftOut);
    }
    const { uid } = await lstat(slot.tree);
    await makeMountPoints(slot.tree, provided, uid);
    runner.provide(slot.tree, provided);
    if (runner.sandbox === 'required') return;
    // Nothing can be mounted: a copy, since by a link a command would change what others get.
    for (const { from, at } of provided) await copyOver(from, join(slot.tree, at), signal);
  }
}

interface Wanted {
  readonly base: Base;
  readonly setup: SetupJob;
}
