import { readFileSync, writeFileSync } from 'node:fs';

/**
 * Begins to watch how far this process' memory rises. The returned function tells by how many MiB its
 * resident set was at most larger than at the beginning: the kernel keeps the peak, so nothing is sampled and
 * nothing that is short escapes. What the heap had grown by before is not in it, so a first round shows more
 * than later ones. Null: the system does not keep it (only Linux does).
 */
export function watchPeakMemory(): () => number | null {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    return () => null;
  }
  const startKib = fieldKib('VmRSS');
  // The kernel counts by processor, and adds up roughly.
  return () => Math.max(0, fieldKib('VmHWM') - startKib) / 1_024;
}

/** Name of the figure where others do the work: a size, where `peak MiB` is growth of this process. */
export const largestProcess = 'largest process MiB';

/** The most that any of these processes ever held, in MiB. They must be there. */
export function peakMibOf(processes: readonly number[]): number {
  return Math.max(...processes.map((id) => fieldKib('VmHWM', id))) / 1_024;
}

function fieldKib(name: 'VmRSS' | 'VmHWM', process: number | 'self' = 'self'): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync(`/proc/${process}/status`, 'utf8'),
  );
  return Number(found?.[1]);
}
