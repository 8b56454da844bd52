/**
 * libp2p does not dial by itself: it tells of a peer once, and never comes back to one that was
 * lost. This keeps a list of who should be connected, and dials who is not.
 *
 * Two peers that learn of each other dial at the same time and get two connections. So the one
 * with the smaller id dials at once, the other gives it a second.
 */
import type { PeerId } from '@bzzz/protocol';
import type { PeerId as Libp2pPeerId, PeerUpdate } from '@libp2p/interface';
import { CODE_P2P, type Multiaddr, multiaddr } from '@multiformats/multiaddr';
import { backoffMs } from './backoff.ts';
import type { Connections } from './connections.ts';
import type { MeshNode } from './libp2p-node.ts';

const POLITE_MS = 1_000;
const TARGETS_MAX = 1_024;
/** Above so many connections peers are only known, not dialled; gossip reaches them over others. */
const CONNECTIONS_WANTED = 64;
/** A peer that could not be reached for so long is forgotten; it may come back by itself. */
const FORGET_MS = 3_600_000;
const DIAL_MS = 8_000;
/** When one lost peer is back, the others probably are. */
const RALLY_MS = 500;

export interface DialerParts {
  readonly node: MeshNode;
  readonly self: PeerId;
  readonly connections: Connections;
}

export interface DialerOptions {
  readonly bootstrap: readonly string[];
  readonly redialMsMax: number;
}

interface Target {
  /** Known from the address, or learned by dialling it. */
  peer: string | undefined;
  addresses: readonly Multiaddr[];
  readonly permanent: boolean;
  failures: number;
  dueMs: number;
  seenMs: number;
  dialing: boolean;
}

export function startDialer(parts: DialerParts, options: DialerOptions): { stop(): void } {
  const { node, self, connections } = parts;
  const targets = new Map<string, Target>();
  const shutdown = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function learn(peer: Libp2pPeerId, addresses: readonly Multiaddr[]): void {
    const key = peer.toString();
    if (key === self || addresses.length === 0) return;
    const dialable = addresses.map((one) => withPeer(one, key));
    const known = targets.get(key);
    if (known !== undefined) {
      const isNews = dialable.some((one) => !known.addresses.some((old) => old.equals(one)));
      if (!known.permanent) known.addresses = dialable;
      if (isNews && known.failures > 0) retry(known, firstPauseMs(key));
      return;
    }
    if (targets.size >= TARGETS_MAX) return;
    const nowMs = performance.now();
    targets.set(key, {
      peer: key,
      addresses: dialable,
      permanent: false,
      failures: 0,
      dueMs: nowMs + firstPauseMs(key),
      seenMs: nowMs,
      dialing: false,
    });
    schedule();
  }

  function firstPauseMs(peer: string): number {
    return self < peer ? 0 : POLITE_MS;
  }

  function retry(target: Target, pauseMs: number): void {
    target.failures = 0;
    target.dueMs = performance.now() + pauseMs;
    schedule();
  }

  function isConnected(target: Target): boolean {
    return target.peer !== undefined && connections.connected().some((one) => one === target.peer);
  }

  function isWanted(target: Target): boolean {
    if (target.dialing || isConnected(target)) return false;
    return target.permanent || connections.connected().length < CONNECTIONS_WANTED;
  }

  function schedule(): void {
    clearTimeout(timer);
    if (shutdown.signal.aborted) return;
    const due = [...targets.values()].filter(isWanted).map((target) => target.dueMs);
    if (due.length === 0) return;
    timer = setTimeout(run, Math.max(0, Math.min(...due) - performance.now()));
  }

  function run(): void {
    const nowMs = performance.now();
    for (const [key, target] of targets) {
      if (!target.permanent && !isConnected(target) && nowMs - target.seenMs > FORGET_MS) {
        targets.delete(key);
      } else if (isWanted(target) && target.dueMs <= nowMs) {
        void dial(key, target);
      }
    }
    schedule();
  }

  async function dial(key: string, target: Target): Promise<void> {
    target.dialing = true;
    const signal = AbortSignal.any([shutdown.signal, AbortSignal.timeout(DIAL_MS)]);
    try {
      const connection = await node.dial([...target.addresses], { signal });
      target.peer = connection.remotePeer.toString();
    } catch (error) {
      // An address of the list may be our own: handy for a list that is the same everywhere.
      if (isOurselves(error)) targets.delete(key);
    }
    target.dialing = false;
    target.failures += 1;
    target.dueMs = performance.now() + backoffMs(target.failures, options.redialMsMax);
    schedule();
  }

  function onConnection(peer: PeerId, open: boolean): void {
    const nowMs = performance.now();
    const own = [...targets.values()].filter((target) => target.peer === peer);
    const wasLost = own.some((target) => target.failures > 1);
    for (const target of own) {
      target.seenMs = nowMs;
      if (!open) retry(target, firstPauseMs(peer) + backoffMs(0, options.redialMsMax));
    }
    if (!open || !wasLost) return;
    for (const target of own) target.failures = 0;
    for (const target of targets.values()) {
      if (!isConnected(target))
        target.dueMs = Math.min(target.dueMs, nowMs + backoffMs(1, RALLY_MS));
    }
    schedule();
  }

  const onUpdate = ({ detail }: CustomEvent<PeerUpdate>) =>
    learn(
      detail.peer.id,
      detail.peer.addresses.map((one) => one.multiaddr),
    );
  node.addEventListener('peer:update', onUpdate);
  const forget = connections.onConnection(({ peer, open }) => onConnection(peer, open));
  for (const address of options.bootstrap) addPermanent(targets, self, multiaddr(address));
  schedule();

  return {
    stop() {
      clearTimeout(timer);
      shutdown.abort();
      forget();
      node.removeEventListener('peer:update', onUpdate);
    },
  };
}

function addPermanent(targets: Map<string, Target>, self: PeerId, address: Multiaddr): void {
  const peer = peerIn(address);
  if (peer === self) return;
  const key = peer ?? address.toString();
  const addresses = [...(targets.get(key)?.addresses ?? []), address];
  const nowMs = performance.now();
  targets.set(key, {
    peer,
    addresses,
    permanent: true,
    failures: 0,
    dueMs: nowMs,
    seenMs: nowMs,
    dialing: false,
  });
}

function peerIn(address: Multiaddr): string | undefined {
  return address.getComponents().findLast((part) => part.code === CODE_P2P)?.value;
}

function withPeer(address: Multiaddr, peer: string): Multiaddr {
  return peerIn(address) === undefined ? address.encapsulate(`/p2p/${peer}`) : address;
}

function isOurselves(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidPeerIdError';
}
