/** One address of another peer, from the cable up: does anything answer, is it bzzz, of this mesh, of our version. */
import { heartbeatChannel, journalProtocol, type MeshName, protocolId } from '@bzzz/protocol';
import { helpProtocol, isBzzzError, verifyProtocol } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import { bad, good } from '../checks.ts';
import { tcpAddress } from '../tcp-address.ts';
import { speaksInClear } from './clear.ts';
import { whyNotReached } from './reach.ts';

export interface ProbeOptions {
  readonly name: MeshName;
  /** In force first. */
  readonly keys: readonly string[];
}

/** What peers must have in common to work together. */
const needed = [heartbeatChannel, verifyProtocol, helpProtocol, journalProtocol];

export async function checkAddress(address: string, options: ProbeOptions): Promise<Check> {
  const name = `address ${address.replace(/\/p2p\/.*/, '')}`;
  const tcp = tcpAddress(address);
  if (tcp === null) {
    const advice = 'Give it as `/ip4/<address>/tcp/<port>`, as `bzzz status` there shows it.';
    return bad(name, 'is no TCP address', advice);
  }
  const unreached = await whyNotReached(tcp);
  if (unreached !== null) return bad(name, unreached.reason, unreached.advice);
  if (options.keys.length === 0) {
    const advice = 'Join the mesh first: `bzzz join` with what `bzzz invite` prints there.';
    return bad(name, 'somebody answers, and this machine has no network key yet', advice);
  }
  const { probe } = await import('@bzzz/mesh');
  try {
    const { peer, protocols } = await probe(bare(address), options);
    return judged(name, { peer, protocols, expected: /\/p2p\/(\w+)$/.exec(address)?.[1] });
  } catch (error) {
    // Of what a web server answers nothing can be read by any key either.
    if (isBzzzError(error, 'mesh_wrong_key') && !(await speaksInClear(tcp))) {
      const advice =
        'Compare `mesh.name` and the network key on both machines; `bzzz invite` and `bzzz join` bring the right one.';
      return bad(name, 'a peer answers, with another network key or mesh name', advice);
    }
    if (!isBzzzError(error, 'mesh_wrong_key') && !isBzzzError(error, 'mesh_unreachable'))
      throw error;
    const advice = 'Look what listens there (`ss -ltnp` on that machine), and at the port.';
    return bad(
      name,
      'something listens there that is no bzzz peer, or that does not answer',
      advice,
    );
  }
}

/** Whoever answers is to be told, not only whether it is the one that the address names. */
function bare(address: string): string {
  return address.replace(/\/p2p\/.*/, '');
}

function judged(
  name: string,
  found: {
    readonly peer: string;
    readonly protocols: readonly string[];
    readonly expected: string | undefined;
  },
): Check {
  const { peer, protocols, expected } = found;
  if (expected !== undefined && expected !== peer) {
    const advice =
      'Its data folder was made anew, or the address belongs to another machine by now: correct `mesh.bootstrap`.';
    return bad(name, `${peer} answers there, not ${expected}`, advice);
  }
  const missing = needed.filter((one) => !protocols.includes(protocolId(one)));
  if (missing.length > 0) {
    const what = missing.map((one) => `${one.name} ${one.version}${spoken(one.name, protocols)}`);
    const advice =
      'Bring both machines to the same release: docs/OPERATIONS.md says which work together.';
    return bad(name, `${peer} does not speak ${what.join(', ')}`, advice);
  }
  return good(name, `${peer} answers, with this network key and these protocols`);
}

function spoken(name: string, protocols: readonly string[]): string {
  const theirs = protocols.flatMap((id) => {
    const version = id.startsWith(`/bzzz/${name}/`) ? id.slice(`/bzzz/${name}/`.length) : null;
    return version === null ? [] : [version];
  });
  return theirs.length === 0 ? '' : ` (but ${theirs.join(', ')})`;
}
