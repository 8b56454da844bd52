/**
 * Whose verdicts count. A certificate proves which keys signed it and not whose they are, since anybody can
 * make keys: so people name them, or they are members of the mesh that the peer on this machine knows.
 */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { BzzzError, complaints, isBzzzError, PeerId, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import { clientOf, type Context, type Options } from './context.ts';

export interface KnownPeers {
  readonly peers: ReadonlySet<PeerId>;
  /** Of those whose name was told, whether they count or not. */
  readonly names: ReadonlyMap<string, string>;
  /** For people. */
  readonly from: string;
}

const nobody: ReadonlyMap<string, string> = new Map();

export async function knownPeers(context: Context, options: Options): Promise<KnownPeers> {
  const { peer, members } = options;
  if (peer !== undefined || members !== undefined) {
    const inFile = typeof members === 'string' ? await listed(members) : [];
    const named = peer === undefined ? [] : parsed('--peer', peer);
    return { peers: new Set([...named, ...inFile]), names: nobody, from: 'those that you name' };
  }
  const client = await clientOf(context, options);
  try {
    const until = { signal: context.interrupted };
    const [{ peers }, { operator, members }] = await Promise.all([
      client.peers(until),
      client.members(until),
    ]);
    const aside = new Set(peers.filter(({ quarantined }) => quarantined).map(({ id }) => id));
    const all = operator === null ? peers.map(({ id }) => id) : members.map(({ peer }) => peer);
    const ids = parsed(
      'peers',
      all.filter((id) => !aside.has(id)),
    );
    const from =
      operator === null
        ? 'the members that the peer here has heard'
        : 'the members that the operator of its mesh admitted';
    return { peers: new Set(ids), names: new Map(peers.map(({ id, name }) => [id, name])), from };
  } catch (error) {
    if (!isBzzzError(error, 'peer_not_running')) throw error;
    return {
      peers: new Set(),
      names: nobody,
      from: 'none: no peer runs here, and nobody was named',
    };
  }
}

/** One id a line; what stands after `#` is for people. */
async function listed(path: string): Promise<PeerId[]> {
  let text: string;
  try {
    text = await readFile(resolve(path), 'utf8');
  } catch (error) {
    throw new BzzzError('cli_usage', `--members: ${reasonOf(error)}`, { cause: error });
  }
  const lines = text.split('\n').map((line) => line.replace(/#.*/, '').trim());
  return parsed(
    '--members',
    lines.filter((line) => line !== ''),
  );
}

function parsed(what: string, ids: unknown): PeerId[] {
  const found = z.array(PeerId).safeParse(ids);
  if (!found.success) throw new BzzzError('cli_usage', `${what}: ${complaints(found.error)}`);
  return found.data;
}
