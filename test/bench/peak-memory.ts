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

function fieldKib(name: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(
    readFileSync('/proc/self/status', 'utf8'),
  );
  return Number(found?.[1]);
}
