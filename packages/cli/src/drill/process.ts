/** A process of this machine as the kernel tells of it: whether it is still the same one, and whose it is. */
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { thisProcess } from '@bzzz/peer';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';

export const ProcessId = z.object({
  pid: z.int().min(1),
  /** When it began, in ticks since the machine did: another process of the same number has another. */
  began: z.string(),
  /** As whom it runs. */
  uid: z.int().min(0),
  /** Where that number means this process: on a host, and there in one container. */
  host: z.string(),
  space: z.string(),
});
export type ProcessId = z.infer<typeof ProcessId>;

const lookEveryMs = 50;

/** Undefined: there is no such process any more. */
export async function processOf(pid: number): Promise<ProcessId | undefined> {
  const [seen, { host, space }] = await Promise.all([seenOf(pid), thisProcess()]);
  if (seen === undefined || seen.state === 'Z') return undefined;
  return { pid, began: seen.began, uid: seen.uid, host, space };
}

export async function lives({ pid, began }: ProcessId): Promise<boolean> {
  return (await processOf(pid))?.began === began;
}

/** False: it has not ended by then. */
export async function endsWithin(id: ProcessId, ms: number): Promise<boolean> {
  const deadlineMs = performance.now() + ms;
  while (await lives(id)) {
    if (performance.now() > deadlineMs) return false;
    await pause(lookEveryMs);
  }
  return true;
}

/** `T`: it stands still. Undefined: it is gone. */
export async function stateOf({ pid, began }: ProcessId): Promise<string | undefined> {
  const seen = await seenOf(pid);
  return seen?.began === began ? seen.state : undefined;
}

/** False: it is gone. Throws `drill_peer_elsewhere` where we may not. */
export async function signalProcess(id: ProcessId, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await lives(id))) return false;
  try {
    return process.kill(id.pid, signal);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ESRCH') return false;
    throw new BzzzError('drill_peer_elsewhere', `process ${id.pid}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Libraries and files that it has mapped. */
export function mapsOf({ pid }: ProcessId): Promise<string> {
  return readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '');
}

interface Seen {
  readonly state: string;
  readonly began: string;
  readonly uid: number;
}

/** proc_pid_stat(5): fields 3 and 22; the name in brackets may hold anything. Whose: proc_pid_status(5), the second. */
async function seenOf(pid: number): Promise<Seen | undefined> {
  const read = (name: string) => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '');
  const [text, status] = await Promise.all([read('stat'), read('status')]);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const began = fields[19];
  const uid = /^Uid:\s+\d+\s+(\d+)/m.exec(status)?.[1];
  if (state === undefined || began === undefined || uid === undefined) return undefined;
  return { state, began, uid: Number(uid) };
}
