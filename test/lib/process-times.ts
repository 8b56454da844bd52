import { readFileSync } from 'node:fs';

/** Linux tells the times of a process in ticks of 10 ms, whatever the kernel's own are. */
const TICK_MS = 10;

/** CPU time of a process that is there, user and system, and of its children that ended. */
export function processTimesMs(id: number | 'self'): { own: number; children: number } {
  const stat = readFileSync(`/proc/${id}/stat`, 'utf8');
  // The second field, the name in parentheses, may hold anything; the 14th to 17th are wanted.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const timeMs = (from: number) => TICK_MS * (Number(fields[from]) + Number(fields[from + 1]));
  return { own: timeMs(11), children: timeMs(13) };
}
