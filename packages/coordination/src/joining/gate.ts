/**
 * The mesh as a peer may see it that has an operator: only members. Everything that is above it (hints,
 * questions, verdicts, help) then deals with nobody else, and need not know that there are others.
 */
import {
  BzzzError,
  type Channel,
  type PeerId,
  type RequestProtocol,
  type Topic,
} from '@bzzz/protocol';
import type { ConnectionEvent, Mesh } from '../ports/index.ts';

export interface Gate {
  readonly mesh: Mesh;
  /** Who is a member has changed. */
  reconsider(): void;
  /** Connected, and no members. */
  strangers(): readonly PeerId[];
}

export function createGate(inner: Mesh, isMember: (peer: PeerId) => boolean): Gate {
  const listeners = new Set<(event: ConnectionEvent) => void>();
  /** Those whom the listeners believe connected. */
  const shown = new Set<PeerId>();

  inner.onConnection(({ peer, open }) => show(peer, open && isMember(peer)));
  for (const peer of inner.connected()) show(peer, isMember(peer));

  function show(peer: PeerId, open: boolean): void {
    if (shown.has(peer) === open) return;
    if (open) shown.add(peer);
    else shown.delete(peer);
    const failures: unknown[] = [];
    for (const listener of listeners) {
      try {
        listener({ peer, open });
      } catch (error) {
        failures.push(error);
      }
    }
    // The mesh counts it; the other listeners have heard all the same.
    if (failures.length > 0) throw failures[0];
  }

  function refuse(peer: PeerId): never {
    throw new BzzzError('peer_not_admitted', `${peer} is no member of this mesh`);
  }

  const mesh: Mesh = {
    peer: inner.peer,
    connected: () => inner.connected().filter(isMember),
    onConnection(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    disconnect: (peer) => inner.disconnect(peer),
    publish: <T>(topic: Topic<T>, message: T) => inner.publish(topic, message),
    subscribe: <T>(topic: Topic<T>, listener: (from: PeerId, message: T) => void) =>
      inner.subscribe(topic, (from, message) => {
        if (isMember(from)) listener(from, message);
      }),
    async request<Q, R>(
      protocol: RequestProtocol<Q, R>,
      peer: PeerId,
      message: Q,
      options?: { signal?: AbortSignal },
    ) {
      return isMember(peer) ? inner.request(protocol, peer, message, options) : refuse(peer);
    },
    handle: <Q, R>(
      protocol: RequestProtocol<Q, R>,
      handler: (from: PeerId, message: Q, options: { signal: AbortSignal }) => Promise<R>,
    ) =>
      inner.handle(protocol, async (from, message, options) =>
        isMember(from) ? handler(from, message, options) : refuse(from),
      ),
    send: <T>(channel: Channel<T>, peer: PeerId, message: T) =>
      isMember(peer) && inner.send(channel, peer, message),
    receive: <T>(channel: Channel<T>, listener: (from: PeerId, message: T) => void) =>
      inner.receive(channel, (from, message) => {
        if (isMember(from)) listener(from, message);
      }),
  };

  return {
    mesh,
    reconsider() {
      for (const peer of inner.connected()) show(peer, isMember(peer));
    },
    strangers: () => inner.connected().filter((peer) => !isMember(peer)),
  };
}
