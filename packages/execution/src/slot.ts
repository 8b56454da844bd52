/**
 * A folder for one worktree and what belongs to it. Only `tree` is ever visible to a command:
 *
 *   <dir>/<label>-XXXXXX/tree/       the files, with a small `.git` of their own for tools
 *                        git/        our own git directory, which no command can reach
 *                        index       our own index
 *                        home/       HOME of commands without a sandbox
 *                        etc/        files of /etc inside
 *                        run-*.json  one a running command
 */
import { lstat, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { BzzzError } from '@bzzz/protocol';
import { runOnce } from './capture.ts';
import { makeGitDir } from './git.ts';
import { codeOf } from './processes.ts';
import { endRecordedRuns } from './run-record.ts';

export interface Slot {
  readonly folder: string;
  readonly tree: string;
  readonly gitDir: string;
  readonly index: string;
}

export async function makeSlot(dir: string, label: string): Promise<Slot> {
  await mkdir(dir, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(dir, `${label.replaceAll(/[^A-Za-z0-9]+/g, '-')}-`));
  const slot = slotIn(folder);
  await mkdir(slot.tree, { mode: 0o755 });
  await makeGitDir(slot.gitDir);
  return slot;
}

/** Ends what runs there and removes the folder. Idempotent. */
export async function removeSlot(folder: string): Promise<void> {
  if (!(await exists(folder))) return;
  await endRecordedRuns(folder);
  await removeWritten(folder);
}

/** Removes a folder that commands could write to. Nothing of theirs runs any more. */
export async function removeWritten(folder: string): Promise<void> {
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (error) {
    if (!['EACCES', 'EPERM', 'ENAMETOOLONG'].includes(codeOf(error))) throw error;
    // A command took the write permission from folders of its own, or made them so deep that no path
    // names them: these programs go down step by step.
    await runOnce('chmod', ['-R', 'u+rwX', folder]);
    const { code, stderr } = await runOnce('rm', ['-rf', folder]);
    if (code !== 0) throw new BzzzError('workspace_failed', stderr.toString('utf8').slice(0, 300));
  }
}

/** Folders of slots, also of an earlier process. */
async function listSlots(dir: string): Promise<string[]> {
  if (!(await exists(dir))) return [];
  const entries = await readdir(dir, { withFileTypes: true });
  const slots = entries.filter(
    (entry) => entry.isDirectory() && /-[A-Za-z0-9]{6}$/.test(entry.name),
  );
  return slots.map((entry) => join(dir, basename(entry.name)));
}

/** The slots of this process, so that those which nothing uses any more are told from them. */
export interface Slots {
  make(label: string): Promise<Slot>;
  remove(folder: string): Promise<void>;
  /** Folders of all that there are, also of an earlier process. */
  all(): Promise<readonly string[]>;
  /** Folders that are left: their removal failed, or the process that made them was killed. */
  unused(): Promise<readonly string[]>;
}

export function createSlots(dir: string): Slots {
  const used = new Set<string>();
  let making = 0;
  return {
    async make(label) {
      making += 1;
      try {
        const slot = await makeSlot(dir, label);
        used.add(slot.folder);
        return slot;
      } finally {
        making -= 1;
      }
    },
    async remove(folder) {
      try {
        await removeSlot(folder);
      } finally {
        used.delete(folder);
      }
    },
    all: () => listSlots(dir),
    async unused() {
      const there = await listSlots(dir);
      // One of them may be there already and not be known yet.
      return making > 0 ? [] : there.filter((folder) => !used.has(folder));
    },
  };
}

function slotIn(folder: string): Slot {
  return {
    folder,
    tree: join(folder, 'tree'),
    gitDir: join(folder, 'git'),
    index: join(folder, 'index'),
  };
}

async function exists(path: string): Promise<boolean> {
  try {
    await lstat(path);
    return true;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return false;
    throw error;
  }
}
