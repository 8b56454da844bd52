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
  const door = (await byProcess(network)) ?? (await byName(network));
  return door === undefined ? undefined : ['nsenter', `--net=${door}`];
}

/** Throws `drill_not_healed` where it is gone. */
export async function insideOf(network: string): Promise<string[]> {
  const way = await wayInto(network);
  if (way !== undefined) return way;
  const reason = `the network ${network} of the peer is not there any more`;
  throw new BzzzError('drill_not_healed', reason);
}

async function byProcess(network: string): Promise<string | undefined> {
  let hidden = 0;
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const door = `/proc/${name}/ns/net`;
    try {
      if ((await readlink(door)) === network) return door;
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : undefined;
      // Others end while we look.
      if (code === 'EACCES' || code === 'EPERM') hidden += 1;
    }
  }
  if (hidden === 0) return undefined;
  const reason = `nobody is seen in the network ${network}, and ${hidden} processes only root may look at`;
  throw new BzzzError('drill_not_healed', reason);
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
