import { readFileSync } from 'node:fs';
import { processTimesMs } from '../lib/process-times.ts';

/** Whose CPU time counts beside that of this process. */
export interface Counted {
  /** Children of this process that ended, and theirs. */
  readonly children: boolean;
  /** Ids of processes that run, such as the server of a rival; with their children that ended. */
  readonly processes: readonly number[];
}

/**
 * CPU time so far, user and system: of this process with all its threads, in microseconds' detail,
 * and of the others that count, in ticks. Throws where others are asked for and the system has no
 * /proc, or one of them has ended.
 */
export function cpuTimeMs({ children, processes }: Counted): number {
  const { user, system } = process.cpuUsage();
  let ms = (user + system) / 1_000;
  if (children) ms += endedChildrenCpuMs();
  return ms + cpuTimeOf(processes);
}

/** Of children of this process that ended, and theirs. */
export function endedChildrenCpuMs(): number {
  return processTimesMs('self').children;
}

/** Of these processes, which must be there, and of their children that ended. */
export function cpuTimeOf(processes: readonly number[]): number {
  return processes.reduce((ms, id) => {
    const { own, children } = processTimesMs(id);
    return ms + own + children;
  }, 0);
}

/**
 * Of these processes and all that they started and that they still wait for, or have waited for. One that has ended
 * counts nothing.
 */
export function cpuTimeOfFamilies(processes: readonly number[]): number {
  return processes.reduce((ms, id) => {
    try {
      const { own, children } = processTimesMs(id);
      const living = readFileSync(`/proc/${id}/task/${id}/children`, 'utf8').trim();
      const ids = living === '' ? [] : living.split(' ').map(Number);
      return ms + own + children + cpuTimeOfFamilies(ids);
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return ms;
      throw error;
    }
  }, 0);
}
