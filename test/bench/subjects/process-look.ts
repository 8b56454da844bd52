/** What the system tells of a process that runs, without asking it. Linux only. */
import { readdirSync, readFileSync } from 'node:fs';

/** Resident memory in MiB: what is its own, and its part of what it shares with others. */
export function memoryMib(pid: number): { readonly rss: number; readonly pss: number } {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1');
  const field = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1] ?? Number.NaN) / 1_024;
  return { rss: field('Rss'), pss: field('Pss') };
}

/** How often its threads have gone to sleep so far, and so how often something woke them. */
export function sleepsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/task`)
    .map((thread) => readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1'))
    .reduce((sum, text) => sum + Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(text)?.[1]), 0);
}
