/** Where a host that the policy names really is, and whether that is out in the world. */
import { lookup } from 'node:dns/promises';
import { BlockList, isIPv4 } from 'node:net';
import { reasonOf } from '@bzzz/protocol';
import { oneLine } from '../prompt/one-line.ts';
import { EgressRefusal } from './refusal.ts';

interface Address {
  readonly address: string;
  readonly family: number;
}

export interface Place {
  readonly addresses: readonly Address[];
  readonly port: number;
}

export interface Reach {
  /** Throws `EgressRefusal`. */
  (host: string, port: number): Promise<Place>;
  /** Told of every request that is not let through, wherever it leads. */
  readonly onRefused?: () => void;
}

/**
 * Asks the machine's resolver. Whoever owns a name may let it lead anywhere, to the operator's own network
 * too: so what counts is the address, and the connection is made to the one that was looked at.
 */
export const reachPublic: Reach = async (host, port) => {
  let found: readonly Address[];
  try {
    found = await lookup(host, { all: true });
  } catch (error) {
    const reason = `${host} cannot be found: ${oneLine(reasonOf(error))}`;
    throw new EgressRefusal(502, reason, { cause: error });
  }
  const addresses = found.filter(({ address }) => isPublic(address));
  if (addresses.length > 0) return { addresses, port };
  throw new EgressRefusal(403, `${host} leads to no public address`);
};

/** The same, for whoever counts what is refused. */
export function watchedReach(onRefused: () => void): Reach {
  return Object.assign((...where: Parameters<Reach>) => reachPublic(...where), { onRefused });
}

/** Neither this machine nor its networks, nor what has no place in the internet. */
export function isPublic(address: string): boolean {
  if (isIPv4(address)) return !notPublic.check(address, 'ipv4');
  return globalUnicast.check(address, 'ipv6') && !notPublic.check(address, 'ipv6');
}

const globalUnicast = new BlockList();
globalUnicast.addSubnet('2000::', 3, 'ipv6');

/** By the registries of special addresses of IANA. */
const notPublic = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const) {
  notPublic.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  // Teredo and other protocols, documentation, and 6to4, which holds an address of version 4.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const) {
  notPublic.addSubnet(net, bits, 'ipv6');
}
