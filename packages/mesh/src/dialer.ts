/**
 * libp2p does not dial by itself: it tells of a peer once, and never comes back to one that was
 * lost. This keeps a list of who should be connected, and dials who is not.
 */
import type { PeerId } from '@bzzz/protocol';
import type { PeerId as Libp2pPeerId, PeerUpdate } from '@libp2p/interface';
import type { Multiaddr } from '@multiformats/multiaddr';
import { backoffMs } from './backoff.ts';
import { connectionLimits } from './connection-limits.ts';
import type { Connections } from './connections.ts';
import type { Courtesy } from './courtesy.ts';
import { addressesOf, configuredTargets, type DialTarget, learnedTarget } from './dial-target.ts';
import type { MeshNode } from './libp2p-node.ts';

const TARGETS_MAX = 1_024;
/** Above so many connections peers are only known, not dialled; gossip reaches them over others. */
const CONNECTIONS_WANTED = 64;
/** A peer that could not be reached for so long is forgotten; it may come back by itself. */
const FORGET_MS = 3_600_000;
/** A dial lasts at least so long; the key agreement of a busy machine takes a while. */
const DIAL_MS_MIN = 8_000;
/** A connection that ends sooner counts as a failed dial, or two peers at odds never rest. */
const LASTING_MS = 5_000;
/** When one lost peer is back, the others probably are. */
const RALLY_MS = 500;

export interface DialerParts {
  readonly node: MeshNode;
  readonly self: PeerId;
  readonly connections: Connections;
  readonly courtesy: Courtesy;
}

export interface DialerOptions {
  readonly bootstrap: readonly string[];
  readonly redialMsMax: number;
}

export interface Dialer {
  /** Dials everybody that is known and not connected, now; how many. */
  redial(): number;
  stop(): void;
}

export function startDialer(parts: DialerParts, options: DialerOptions): Dialer {
  const { node, self, connections, courtesy } = parts;
  const targets = configuredTargets(options.bootstrap, self);
  const shutdown = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;

  function learn(peer: Libp2pPeerId, addresses: readonly Multiaddr[]): void {
    const key = peer.toString();
    if (key === self || addresses.length === 0) return;
    const known = targets.get(key);
    if (known === undefined) {
      if (targets.size >= TARGETS_MAX) return;
      const target = learnedTarget(key, addresses);
      target.dueMs += courtesy.pauseMs(key);
      targets.set(key, target);
    } else {
      const isNews = addresses.some((one) => !known.learned.some((old) => old.equals(one)));
      known.learned = addresses;
      if (isNews && known.failures > 0) known.dueMs = performance.now() + courtesy.pauseMs(key);
    }
    schedule();
  }

  function isConnected(target: DialTarget): boolean {
    return connections.connected().some((one) => one === target.peer);
  }

  function isWanted(target: DialTarget): boolean {
    if (target.dialing || isConnected(target)) return false;
    return target.configured.length > 0 || connections.connected().length < CONNECTIONS_WANTED;
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
      if (!isWanted(target)) continue;
      if (target.configured.length === 0 && nowMs - target.seenMs > FORGET_MS) targets.delete(key);
      else if (target.dueMs <= nowMs) void dial(key, target);
    }
    schedule();
  }

  /** Never rejects: a dial that fails is tried again. */
  async function dial(key: string, target: DialTarget): Promise<void> {
    target.dialing = true;
    const addresses = addressesOf(target);
    // One after the other is tried: each has its turn, also where all before it lead nowhere.
    const dialMs = Math.max(DIAL_MS_MIN, addresses.length * connectionLimits.addressDialTimeout);
    const signal = AbortSignal.any([shutdown.signal, AbortSignal.timeout(dialMs)]);
    try {
      const connection = await courtesy.insist(target.peer, () => node.dial(addresses, { signal }));
      target.peer = connection.remotePeer.toString();
    } catch (error) {
      // One list of addresses for all machines holds our own too.
      if (isOurselves(error)) targets.delete(key);
    }
    target.dialing = false;
    // Counted also when it came about; forgiven when it lasts.
    target.failures += 1;
    target.dueMs = performance.now() + backoffMs(target.failures, options.redialMsMax);
    schedule();
  }

  function onOpen(peer: PeerId): void {
    const nowMs = performance.now();
    const own = [...targets.values()].filter((target) => target.peer === peer);
    const wasLost = own.some((target) => target.failures > 1);
    for (const target of own) target.seenMs = nowMs;
    if (!wasLost) return;
    for (const target of targets.values()) {
      target.dueMs = Math.min(target.dueMs, nowMs + backoffMs(1, RALLY_MS));
    }
    schedule();
  }

  function onClose(peer: PeerId): void {
    courtesy.restart(peer);
    const nowMs = performance.now();
    for (const target of targets.values()) {
      if (target.peer !== peer) continue;
      if (nowMs - target.seenMs > LASTING_MS) target.failures = 0;
      target.seenMs = nowMs;
      const pauseMs = courtesy.pauseMs(peer) + backoffMs(target.failures, options.redialMsMax);
      target.dueMs = nowMs + pauseMs;
    }
    schedule();
  }

  const onUpdate = ({ detail }: CustomEvent<PeerUpdate>) =>
    learn(
      detail.peer.id,
      detail.peer.addresses.map((one) => one.multiaddr),
    );
  node.addEventListener('peer:update', onUpdate);
  const forget = connections.onConnection(({ peer, open }) =>
    open ? onOpen(peer) : onClose(peer),
  );
  schedule();

  return {
    redial() {
      const lost = [...targets.values()].filter(isWanted);
      for (const target of lost) {
        target.failures = 0;
        target.dueMs = performance.now();
      }
      schedule();
      return lost.length;
    },
    stop() {
      clearTimeout(timer);
      shutdown.abort();
      forget();
      node.removeEventListener('peer:update', onUpdate);
    },
  };
}

function isOurselves(error: unknown): boolean {
  return error instanceof Error && error.name === 'InvalidPeerIdError';
}
