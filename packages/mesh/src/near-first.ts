/**
 * In which order the addresses of a peer are tried. A machine has addresses of container bridges, virtual
 * machines, VPNs; most lead nowhere from elsewhere, and each of those costs seconds. An address on a
 * network that this machine is on itself is tried before all others.
 */
import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { Address, AddressSorter } from '@libp2p/interface';
import { loopbackAddressLast, publicAddressesFirst, reliableTransportsFirst } from '@libp2p/utils';
import { CODE_IP4, CODE_IP6, type Multiaddr } from '@multiformats/multiaddr';

/** Interfaces come and go, and a list of addresses is sorted in one instant. */
const FRESH_MS = 1_000;

export interface NearFirstOptions {
  /** Those of this machine; a test's own. */
  readonly interfaces?: () => Interfaces;
}

type Interfaces = Readonly<
  Record<
    string,
    readonly { readonly cidr: string | null; readonly internal: boolean }[] | undefined
  >
>;

export function nearFirst({
  interfaces = networkInterfaces,
}: NearFirstOptions = {}): AddressSorter {
  let networks = new BlockList();
  let untilMs = Number.NEGATIVE_INFINITY;

  function isNear(address: Multiaddr): boolean {
    if (performance.now() > untilMs) {
      networks = networksOf(interfaces());
      untilMs = performance.now() + FRESH_MS;
    }
    const host = address.getComponents()[0];
    if (host?.value === undefined) return false;
    if (host.code === CODE_IP4) return networks.check(host.value, 'ipv4');
    return host.code === CODE_IP6 && networks.check(host.value, 'ipv6');
  }

  return ({ multiaddr: a }: Address, { multiaddr: b }: Address) =>
    ahead(isNear(a), isNear(b)) ||
    loopbackAddressLast(a, b) ||
    publicAddressesFirst(a, b) ||
    reliableTransportsFirst(a, b);
}

function networksOf(interfaces: Interfaces): BlockList {
  const networks = new BlockList();
  for (const { cidr, internal } of Object.values(interfaces).flatMap((one) => one ?? [])) {
    const [network, bits] = cidr?.split('/') ?? [];
    // Everything is on our own loopback, and it is nobody else's.
    if (internal || network === undefined || bits === undefined) continue;
    networks.addSubnet(network, Number(bits), network.includes(':') ? 'ipv6' : 'ipv4');
  }
  return networks;
}

function ahead(a: boolean, b: boolean): -1 | 0 | 1 {
  if (a === b) return 0;
  return a ? -1 : 1;
}
