/** Who holds a data folder, as the file of its lock says it, for a person who has to find that process. */
import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { z } from 'zod';

const Owner = z.object({
  pid: z.int().min(1),
  host: z.string().max(256),
  /** In which numbers of processes that one counts: each container has its own. */
  space: z.string().max(64),
  sinceMs: z.int().min(0),
});
export type Owner = z.infer<typeof Owner>;

export async function thisProcess(): Promise<Owner> {
  return { pid: process.pid, host: hostname(), space: await ownSpace(), sinceMs: Date.now() };
}

/** One line. */
export function ownerLine(owner: Owner): string {
  return `${JSON.stringify(owner)}\n`;
}

/** Null: nobody knows. Earlier releases wrote the number of their process alone. */
export async function ownerIn(text: string): Promise<Owner | null> {
  const line = text.trim();
  if (/^[1-9]\d{0,9}$/.test(line)) {
    return { pid: Number(line), host: hostname(), space: await ownSpace(), sinceMs: 0 };
  }
  try {
    return Owner.parse(JSON.parse(line));
  } catch {
    return null;
  }
}

/** Whom the file of a lock names; it says nothing of whether that process still lives. Null: nobody. */
export async function ownerOf(lockFile: string): Promise<Owner | null> {
  return ownerIn(await readFile(lockFile, 'utf8').catch(() => ''));
}

/** Whether its number means the same process to us. */
export async function isNear({ host, space }: Pick<Owner, 'host' | 'space'>): Promise<boolean> {
  return host === hostname() && space === (await ownSpace());
}

/** As seen from this process. */
export async function ownerText(owner: Owner | null): Promise<string> {
  if (owner === null) return 'another process';
  const { pid, host, space, sinceMs } = owner;
  const since = sinceMs === 0 ? '' : ` (since ${new Date(sinceMs).toISOString()})`;
  if (host !== hostname()) return `process ${pid} on ${host}${since}`;
  if (space !== (await ownSpace())) return `process ${pid} of another container on ${host}${since}`;
  return `process ${pid}${since}`;
}

async function ownSpace(): Promise<string> {
  // Not Linux: all processes of the host count together.
  return readlink('/proc/self/ns/pid').catch(() => '');
}
