import type { PeerId } from '@bzzz/protocol';
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr';

/** Addresses of one peer that are tried; the newest that it told us, and what was configured. */
const ADDRESSES_MAX = 16;

/** Somebody who should be connected. */
export interface DialTarget {
  /** Known from the address, or learned by dialling it. */
  peer: string | undefined;
  /** From the operator: never forgotten. */
  readonly configured: readonly Multiaddr[];
  /** From the mesh. */
  learned: readonly Multiaddr[];
  /** Dials in a row that did not lead to a connection that lasted. */
  failures: number;
  dueMs: number;
  /** When it was last connected, or first heard of. */
  seenMs: number;
  dialing: boolean;
}

export function addressesOf(target: DialTarget): Multiaddr[] {
  const known = new Map<string, Multiaddr>();
  for (const address of [...target.configured, ...target.learned]) {
    const full = target.peer === undefined ? address : withPeer(address, target.peer);
    known.set(full.toString(), full);
  }
  return [...known.values()].slice(0, ADDRESSES_MAX);
}

export function learnedTarget(peer: string, addresses: readonly Multiaddr[]): DialTarget {
  return { ...fresh(), peer, configured: [], learned: addresses };
}

/** The operator's addresses by peer where they name it, else each for itself; none of our own. */
export function configuredTargets(
  addresses: readonly string[],
  self: PeerId,
): Map<string, DialTarget> {
  const targets = new Map<string, DialTarget>();
  for (const address of addresses.map((text) => multiaddr(text))) {
    const peer = peerIn(address);
    if (peer === self) continue;
    const key = peer ?? address.toString();
    const configured = [...(targets.get(key)?.configured ?? []), address];
    targets.set(key, { ...fresh(), peer, configured, learned: [] });
  }
  return targets;
}

function fresh() {
  const nowMs = performance.now();
  return { failures: 0, dueMs: nowMs, seenMs: nowMs, dialing: false };
}

function peerIn(address: Multiaddr): string | undefined {
  return address.getComponents().findLast((part) => part.code === CODE_P2P)?.value;
}

function withPeer(address: Multiaddr, peer: string): Multiaddr {
  return peerIn(address) === undefined ? address.encapsulate(`/p2p/${peer}`) : address;
}
