/**
 * Looks at a run several times a second and says which limit it is over. The kernel's own limits
 * (`rlimitArgs`) bound one process each and stand behind, for what happens between two looks.
 */
import { listProcesses, memoryOf, type ProcessInfo } from './processes.ts';
import { diskBytesOf, openBytesOf } from './room.ts';

export interface TreeLimits {
  readonly memoryBytesMax: number;
  readonly processesMax: number;
  /** Memory that a runtime reserves beyond that and never touches. */
  readonly reservedBytes: number;
  /** Room that the worktree, and what belongs to it, may take on disk. */
  readonly diskBytesMax: number;
}

export type LimitName = 'memory' | 'processes' | 'disk';

export interface WatchOptions {
  /** The command's processes among all. */
  readonly members: (processes: readonly ProcessInfo[]) => ProcessInfo[];
  /** What is written to disk is in these; all on the same disk. */
  readonly folders: readonly [string, ...string[]];
  readonly limits: TreeLimits;
  readonly onOver: (limit: LimitName) => void;
  /** The files take another room than at the last look. */
  readonly onWritten: () => void;
  /** A look failed; the run must not go on unwatched. */
  readonly onError: (error: unknown) => void;
}

const lookEveryMs = 200;
const lookInsideEveryMs = 1_000;
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
  let lookInsideAtMs = performance.now() + lookInsideEveryMs;
  let open = { disk: 0, memory: 0 };
  let written: number | null = null;
  const look = async () => {
    try {
      const members = options.members(await listProcesses());
      await lookInside(members);
      const over =
        (await overProcesses(members, options.limits, open.memory)) ?? (await overDisk());
      if (over !== null && !stopped) options.onOver(over);
    } catch (error) {
      if (!stopped) options.onError(error);
    }
    if (!stopped) timer = setTimeout(next, lookEveryMs);
  };
  const lookInside = async (members: readonly ProcessInfo[]) => {
    if (performance.now() < lookInsideAtMs) return;
    open = await openBytesOf(members, options.folders[0]);
    lookInsideAtMs = performance.now() + lookInsideEveryMs;
  };
  const overDisk = async (): Promise<LimitName | null> => {
    const { diskBytesMax } = options.limits;
    if (open.disk > diskBytesMax) return 'disk';
    const fromMs = performance.now();
    if (fromMs < measureAtMs) return null;
    let bytes = 0;
    for (const folder of options.folders) {
      bytes += await diskBytesOf(folder, diskBytesMax - bytes);
    }
    const toMs = performance.now();
    // A large tree takes long to measure: at most a twentieth of the time goes there.
    measureAtMs = toMs + Math.max(measureEveryMs, 20 * (toMs - fromMs));
    if (written !== null && written !== bytes + open.disk) options.onWritten();
    written = bytes + open.disk;
    return written > diskBytesMax ? 'disk' : null;
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

async function overProcesses(
  members: readonly ProcessInfo[],
  { memoryBytesMax, processesMax }: TreeLimits,
  openBytes: number,
): Promise<LimitName | null> {
  if (members.length > processesMax) return 'processes';
  const resident = members.reduce((sum, info) => sum + info.residentBytes, openBytes);
  if (resident <= memoryBytesMax) return null;
  // Shared pages were counted in each process: ask again, exactly, which costs more.
  return openBytes + (await memoryOf(members)) > memoryBytesMax ? 'memory' : null;
}
