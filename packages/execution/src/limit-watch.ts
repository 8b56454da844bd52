/**
 * Looks at a run several times a second and says which limit it is over. The kernel's own limits
 * (`rlimitArgs`) bound one process each and stand behind, for what happens between two looks.
 */
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf, listProcesses, memoryOf, type ProcessInfo } from './processes.ts';

export interface TreeLimits {
  readonly memoryBytesMax: number;
  readonly processesMax: number;
  /** Memory that a runtime reserves beyond that and never touches. */
  readonly reservedBytes: number;
  /** Room that the worktree may take on disk. */
  readonly diskBytesMax: number;
}

export type LimitName = 'memory' | 'processes' | 'disk';

export interface WatchOptions {
  /** The command's processes among all. */
  readonly members: (processes: readonly ProcessInfo[]) => ProcessInfo[];
  readonly tree: string;
  readonly limits: TreeLimits;
  readonly onOver: (limit: LimitName) => void;
  /** A look failed; the run must not go on unwatched. */
  readonly onError: (error: unknown) => void;
}

const lookEveryMs = 200;
const measureEveryMs = 2_000;
/** V8 alone reserves half a gigabyte. */
export const usualReservedBytes = 1024 * 1024 * 1024;
/** The kernel counts threads; a node process has a dozen. */
const threadsPerProcess = 16;

/** Starts to look; the returned function ends it and resolves when no look is under way. */
export function watchLimits(options: WatchOptions): () => Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  let measureAtMs = performance.now() + measureEveryMs;
  const look = async () => {
    try {
      const over = (await overProcesses(options)) ?? (await overDisk());
      if (over !== null && !stopped) options.onOver(over);
    } catch (error) {
      if (!stopped) options.onError(error);
    }
    if (!stopped) timer = setTimeout(next, lookEveryMs);
  };
  const overDisk = async (): Promise<LimitName | null> => {
    const fromMs = performance.now();
    if (fromMs < measureAtMs) return null;
    const bytes = await diskBytesOf(options.tree);
    const toMs = performance.now();
    // A large tree takes long to measure: at most a twentieth of the time goes there.
    measureAtMs = toMs + Math.max(measureEveryMs, 20 * (toMs - fromMs));
    return bytes > options.limits.diskBytesMax ? 'disk' : null;
  };
  let current: Promise<void> = Promise.resolve();
  const next = () => {
    current = look();
  };
  timer = setTimeout(next, lookEveryMs);
  return async () => {
    stopped = true;
    clearTimeout(timer);
    await current;
  };
}

/** A command line that sets the kernel's limits and becomes the command. */
export function rlimitArgs(limits: TreeLimits, ownUser: boolean): string[] {
  const processes = limits.processesMax * threadsPerProcess + threadsPerProcess;
  return [
    'prlimit',
    '--core=0',
    `--data=${limits.memoryBytesMax + limits.reservedBytes}`,
    `--fsize=${limits.diskBytesMax}`,
    // Counted for the user: where the command shares its user with others, theirs would count too.
    ...(ownUser ? [`--nproc=${processes}`] : []),
    '--',
  ];
}

/** Bytes on disk below a folder; what vanishes meanwhile counts nothing. */
async function diskBytesOf(folder: string): Promise<number> {
  let bytes = 0;
  const open = [folder];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    for (const name of await listFolder(path)) {
      const child = join(path, name);
      const info = await lstat(child).catch(ignoreVanished);
      if (info === null) continue;
      bytes += info.blocks * 512;
      if (info.isDirectory()) open.push(child);
    }
  }
  return bytes;
}

async function overProcesses(options: WatchOptions): Promise<LimitName | null> {
  const { limits } = options;
  const members = options.members(await listProcesses());
  if (members.length > limits.processesMax) return 'processes';
  const resident = members.reduce((sum, info) => sum + info.residentBytes, 0);
  if (resident <= limits.memoryBytesMax) return null;
  // Shared pages were counted in each process: ask again, exactly, which costs more.
  return (await memoryOf(members)) > limits.memoryBytesMax ? 'memory' : null;
}

async function listFolder(path: string): Promise<string[]> {
  return (await readdir(path).catch(ignoreVanished)) ?? [];
}

function ignoreVanished(error: unknown): null {
  if (['ENOENT', 'ENOTDIR', 'EACCES'].includes(codeOf(error))) return null;
  throw error;
}
