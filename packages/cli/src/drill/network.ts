/** Into the network of a peer, by whoever is still in it: which of the peers that is does not matter. */
import { readdir, readlink, stat } from 'node:fs/promises';
import { BzzzError } from '@bzzz/protocol';

/** As `/proc/<pid>/ns/net` names it: `net:[4026531840]`. */
export async function networkOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
}

/**
 * What stands before a command, so that it runs in that network. Undefined: it is gone. Throws `drill_not_healed`
 * where nobody is seen in it, and not all processes may be looked at.
 */
export async function wayInto(network: string): Promise<string[] | undefined> {
  if ((await readlink('/proc/self/ns/net')) === network) return [];
  const { door, hidden } = await byProcess(network);
  const through = door ?? (await byName(network));
  if (through !== undefined) return ['nsenter', `--net=${through}`];
  if (hidden.length === 0) return undefined;
  const reason = `nobody is seen in the network ${network}, but not all may be looked at (process ${hidden.join(', ')}): try it as root; where none of these is in it, delete drill.json`;
  throw new BzzzError('drill_not_healed', reason);
}

/** Throws `drill_not_healed` where it is gone. */
export async function insideOf(network: string): Promise<string[]> {
  const way = await wayInto(network);
  if (way !== undefined) return way;
  const reason = `the network ${network} of the peer is not there any more`;
  throw new BzzzError('drill_not_healed', reason);
}

interface Seen {
  readonly door: string | undefined;
  /** Processes of which we may not know it; the first few. */
  readonly hidden: readonly string[];
}

const hiddenMax = 5;

async function byProcess(network: string): Promise<Seen> {
  const hidden: string[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const door = `/proc/${name}/ns/net`;
    try {
      if ((await readlink(door)) === network) return { door, hidden };
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // Others end while we look.
      const denied = code === 'EACCES' || code === 'EPERM';
      if (denied && hidden.length < hiddenMax) hidden.push(name);
    }
  }
  return { door: undefined, hidden };
}

/** One that `ip netns` keeps though nobody is in it. */
async function byName(network: string): Promise<string | undefined> {
  const names = await readdir('/run/netns').catch(() => []);
  for (const name of names) {
    const door = `/run/netns/${name}`;
    const facts = await stat(door).catch(() => null);
    if (facts !== null && network === `net:[${facts.ino}]`) return door;
  }
  return undefined;
}
