import { readFileSync } from 'node:fs';

/** The process that starts programs for this one, once it has started any: its CPU time, and theirs, is ours. */
export function programsHostId(): number {
  const { pid } = process;
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim().split(' ');
  const host = children.find((child) =>
    /programs\/(?:dist|src)\/host\.[jt]s/.test(readFileSync(`/proc/${child}/cmdline`, 'latin1')),
  );
  if (host === undefined) throw new Error('no process that starts programs');
  return Number(host);
}
