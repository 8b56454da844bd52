/** Worktrees from a local mirror: for an attempt, and for the acceptance of a result. */
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type {
  Acceptance,
  AcceptanceJob,
  Base,
  CommandReport,
  Rest,
  Workspace,
  Workspaces,
} from '@bzzz/coordination';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { agentsChanged } from './agent-files.ts';
import { startAllowance } from './allowance.ts';
import { checkOut, objectsOf, trustedGit } from './checkout.ts';
import { withTray } from './confine.ts';
import { collect, inspectResult } from './collect.ts';
import { type Reach, reachPublic } from './egress/reach.ts';
import type { Git } from './git.ts';
import { listTree } from './git-objects.ts';
import { hostile } from './hostile.ts';
import { agentFilesOf, baseWith, overlayJudgeFiles } from './judge.ts';
import { applyPatch, diffText } from './patch.ts';
import { commandLineText } from './printing.ts';
import { type Laid, layAnew } from './relay.ts';
import type { Runner } from './runner.ts';
import { clashIn, withoutProvided } from './setup/clash.ts';
import { createSetups, type Release } from './setup/setups.ts';
import { createSlots, type Slot, type Slots } from './slot.ts';

export interface WorkspacesOptions {
  /** Folder of this peer alone: its worktrees, and in `setups` what was installed for them. */
  readonly dir: string;
  /**
   * Room for what the setups of policies made, all together. Default 20 GiB. Lower: what was not wanted for
   * long is made anew sooner.
   */
  readonly setupBytesMax?: number;
}

export interface WorkspacesDeps {
  readonly runner: Runner;
  /** Where a host that a policy names really is; default: by the machine's resolver, public addresses only. */
  readonly reach?: Reach;
}

/** The port, and what whoever keeps the machine healthy may ask. */
export interface LocalWorkspaces extends Workspaces {
  /** Removes installations that nothing uses now and that are kept only for speed; how many bytes that frees. */
  prune(): Promise<number>;
  /** Removes worktrees that nothing uses any more; how many. */
  removeUnused(): Promise<number>;
}

export function createWorkspaces(
  { runner, reach = reachPublic }: WorkspacesDeps,
  { dir, setupBytesMax: bytesMax = 20 * 1024 ** 3 }: WorkspacesOptions,
): LocalWorkspaces {
  const setups = createSetups({ runner, reach, dir }, { bytesMax });
  const slots = createSlots(dir);

  async function removeUnused(): Promise<number> {
    const left = await coded(slots.unused());
    for (const folder of left) await coded(slots.remove(folder));
    return left.length;
  }

  return {
    async create({ task, epoch, base, from, setup }, { signal } = {}): Promise<Workspace> {
      const { mirror, oid: commit } = base;
      const provides = setup?.provides ?? [];
      let release: Release = () => undefined;
      const { slot } = await filledSlot(slots, `${task}-${epoch}`, async (slot) => {
        const work = from && (await listTree(trustedGit(slot, mirror), from, { signal }));
        const entries = work && withoutProvided(work, provides);
        const files = entries && agentFilesOf(await baseTree(slot, base, signal), entries);
        await checkOut(slot, { mirror, commit, ...(files && { entries: files }) }, signal);
        release = await setups.provide(slot, { base, setup }, signal);
      });
      return {
        path: slot.tree,
        collect: (message, { signal } = {}) =>
          coded(
            withTray(join(slot.folder, `tray-${randomUUID()}`), (tray) => {
              const { tree, gitDir } = slot;
              const git = trustedGit({ ...slot, index: tray.index }, base.mirror);
              const objects = objectsOf(base.mirror);
              const at = { tree, gitDir, tray, objects, base: base.oid };
              return collect({ runner, git, ...at, message, provides }, signal);
            }),
          ),
        apply: (patch, { reverse = false, signal } = {}) =>
          coded(
            withOwnIndex(slot, (own) => {
              const git = trustedGit(own, base.mirror);
              const job = { git, tree: own.tree, base: base.oid, patch, reverse, provides };
              return applyPatch(job, signal);
            }),
          ),
        agentsChanged: ({ signal } = {}) =>
          coded(
            withOwnIndex(slot, (own) => {
              const { mirror, oid } = base;
              return agentsChanged({ slot: own, mirror, base: oid, provides }, signal);
            }),
          ),
        dispose: async () => {
          await runner.end(slot.tree);
          await coded(slots.remove(slot.folder));
          release();
        },
      };
    },
    async inspect({ base: { mirror, oid: base }, result }, { signal } = {}) {
      return withGit(slots, mirror, (git) => inspectResult(git, { base, result }, signal));
    },
    diff: ({ base: { mirror }, ...job }, { signal } = {}) =>
      withGit(slots, mirror, (git) => diffText(git, job, signal)),
    async accept(job, { signal, rest, onPrinted } = {}): Promise<Acceptance> {
      let release: Release = () => undefined;
      const { judge, setup } = job;
      const provides = setup?.provides ?? [];
      const { slot, filled } = await filledSlot(
        slots,
        `accept-${job.result.slice(0, 12)}`,
        async (slot) => {
          const filled = await fillForJudging(slot, job, signal);
          release = await setups.provide(slot, { base: job.base, setup }, signal);
          return filled;
        },
      );
      const between = () => coded(layAnew(slot, { ...filled.laid, judge, provides }, signal));
      try {
        const hooks = { rest, onPrinted, between };
        const commands = await runAll(runner, slot.tree, { ...job, ...hooks }, signal);
        const passed =
          commands.length === job.commands.length &&
          commands.every(({ exitCode }) => exitCode === 0);
        return { passed, commands, judgeFilesChanged: filled.changed };
      } finally {
        await coded(slots.remove(slot.folder));
        release();
      }
    },
    prune: () => coded(setups.drop()),
    removeUnused,
    async sweep() {
      await coded(setups.sweep());
      for (const folder of await coded(slots.all())) await coded(slots.remove(folder));
    },
  };
}

/** A slot that `fill` has filled, or nothing on disk at all. */
async function filledSlot<T>(
  slots: Slots,
  label: string,
  fill: (slot: Slot) => Promise<T>,
): Promise<{ readonly slot: Slot; readonly filled: T }> {
  const slot = await coded(slots.make(label));
  try {
    return { slot, filled: await fill(slot) };
  } catch (error) {
    await slots.remove(slot.folder);
    throw failed(error);
  }
}

/** Git on the mirror alone, without files. */
async function withGit<T>(
  slots: Slots,
  mirror: string,
  work: (git: Git) => Promise<T>,
): Promise<T> {
  const { slot } = await filledSlot(slots, 'look', async () => undefined);
  try {
    return await coded(work(trustedGit(slot, mirror)));
  } finally {
    await coded(slots.remove(slot.folder));
  }
}

/** With an index of its own: one that was aborted would leave its lock to the next. */
async function withOwnIndex<T>(slot: Slot, work: (slot: Slot) => Promise<T>): Promise<T> {
  const index = join(slot.folder, `index-${randomUUID()}`);
  try {
    return await work({ ...slot, index });
  } finally {
    for (const path of [index, `${index}.lock`]) await rm(path, { force: true });
  }
}

function baseTree(slot: Slot, { mirror, oid }: Base, signal?: AbortSignal) {
  return listTree(trustedGit(slot, mirror), oid, { signal });
}

interface Filled {
  readonly laid: Omit<Laid, 'judge' | 'provides'>;
  /** Judge files that the result changed, of which the base's were laid over it. */
  readonly changed: readonly string[];
}

async function fillForJudging(
  slot: Slot,
  job: AcceptanceJob,
  signal?: AbortSignal,
): Promise<Filled> {
  const { mirror, oid } = job.base;
  const git = trustedGit(slot, mirror);
  const [base, result] = [
    await listTree(git, oid, { signal }),
    await listTree(git, job.result, { signal }),
  ];
  const clash = clashIn(result.keys(), job.setup?.provides ?? []);
  if (clash !== undefined) throw hostile('a file in what the setup of the policy provides', clash);
  if (job.only !== undefined) {
    // Its own repository is that of the base, too: nothing there may show what the result changed.
    const laid = { mirror, commit: oid, entries: baseWith(base, result, job.only), base };
    await checkOut(slot, laid, signal);
    return { laid, changed: [] };
  }
  const { entries, changed } = overlayJudgeFiles(base, result, job.judge);
  const laid = { mirror, commit: job.result, entries, base };
  await checkOut(slot, laid, signal);
  return { laid, changed };
}

interface Running extends AcceptanceJob {
  readonly rest: Rest | undefined;
  readonly onPrinted: ((text: string) => void) | undefined;
  /** Done after a command, before the next one. */
  readonly between: () => Promise<void>;
}

/** One after the other, until one fails (unless each is wanted) or the time of the attempt is over. */
async function runAll(
  runner: Runner,
  path: string,
  { commands, limits, everyCommand, rest, onPrinted, between }: Running,
  signal?: AbortSignal,
) {
  const allowance = startAllowance({ timeMs: limits.attemptMs, rest });
  const reports: CommandReport[] = [];
  try {
    for (const argv of commands) {
      if (reports.length > 0) await between();
      const timeMs = Math.max(1, allowance.leftMs());
      const hooks = { ...(rest && { rest }), ...(onPrinted && { onPrinted }) };
      const request = { argv, path, limits, timeMs, ...hooks };
      onPrinted?.(commandLineText(argv));
      const { report } = await runner.run(request, signal === undefined ? {} : { signal });
      reports.push(report);
      if (report.exitCode !== 0 && everyCommand !== true) break;
    }
  } finally {
    allowance.end();
  }
  return reports;
}

/** Whatever the disk says becomes `workspace_failed`. */
async function coded<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw failed(error);
  }
}

function failed(error: unknown): BzzzError {
  if (error instanceof BzzzError) return error;
  return new BzzzError('workspace_failed', reasonOf(error), { cause: error });
}
