/**
 * What the kernel says about processes. A process is known by its pid together with the time it
 * started: a pid alone may have been given to somebody else.
 */
import { readdir, readFile } from 'node:fs/promises';
import { reasonOf } from '@bzzz/protocol';

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  readonly group: number;
  /** Clock ticks from boot to the start of the process. */
  readonly startTicks: number;
  /** Upper bound: pages shared by several processes count in each. */
  readonly residentBytes: number;
  readonly zombie: boolean;
  /** By a signal, until it is told to go on. */
  readonly stopped: boolean;
}

const pageBytes = 4096;

export async function listProcesses(): Promise<ProcessInfo[]> {
  const pids = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name)).map(Number);
  const found = await Promise.all(pids.map((pid) => readProcess(pid)));
  return found.filter((info) => info !== null);
}

/** Null: no such process. */
export async function readProcess(pid: number): Promise<ProcessInfo | null> {
  const stat = await readProc(`/proc/${pid}/stat`);
  if (stat === null) return null;
  // The second field is the program's name in parentheses, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const at = (index: number) => Number(fields[index] ?? Number.NaN);
  return {
    pid,
    parent: at(1),
    group: at(2),
    startTicks: at(19),
    residentBytes: at(21) * pageBytes,
    zombie: fields[0] === 'Z' || fields[0] === 'X',
    stopped: fields[0] === 'T',
  };
}

/** Children, grandchildren and so on; zombies and the root itself are left out. */
export function descendantsOf(root: number, processes: readonly ProcessInfo[]): ProcessInfo[] {
  const children = Map.groupBy(processes, (info) => info.parent);
  const found: ProcessInfo[] = [];
  const open = [root];
  for (let pid = open.pop(); pid !== undefined; pid = open.pop()) {
    for (const child of children.get(pid) ?? []) {
      open.push(child.pid);
      if (!child.zombie) found.push(child);
    }
  }
  return found;
}

/** Memory of these processes with shared pages counted once; what cannot be read counts in full. */
export async function memoryOf(processes: readonly ProcessInfo[]): Promise<number> {
  const parts = await Promise.all(
    processes.map(async (info) => {
      const rollup = await readProc(`/proc/${info.pid}/smaps_rollup`);
      const pss = /^Pss:\s+(\d+) kB$/m.exec(rollup ?? '')?.[1];
      return pss === undefined ? info.residentBytes : Number(pss) * 1024;
    }),
  );
  return parts.reduce((sum, part) => sum + part, 0);
}

/** Processes whose environment at their start held `entry`, such as `NAME=value`. */
export async function withEnvironment(
  entry: string,
  processes: readonly ProcessInfo[],
): Promise<ProcessInfo[]> {
  const marks = await Promise.all(
    processes.map(async (info) => {
      if (info.zombie) return false;
      const environment = await readProc(`/proc/${info.pid}/environ`);
      return environment?.split('\0').includes(entry) ?? false;
    }),
  );
  return processes.filter((_, index) => marks[index]);
}

/** Sends a signal; false when the target is gone already. A negative pid means a group. */
export function signalProcess(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch (error) {
    if (codeOf(error) === 'ESRCH') return false;
    throw error;
  }
}

export function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : reasonOf(error);
}

/** Null: the process ended in between, or belongs to somebody whom we may not look at. */
async function readProc(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(codeOf(error))) return null;
    throw error;
  }
}
