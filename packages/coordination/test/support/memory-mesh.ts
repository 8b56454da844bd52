/** A mesh in memory: whoever is linked hears at once, in the order in which it was said. */
import {
  BzzzError,
  type Channel,
  type PeerId,
  type RequestProtocol,
  type Topic,
} from '@bzzz/protocol';
import type { ConnectionEvent, Mesh } from '../../src/index.ts';

export interface MemoryHub {
  join(peer: PeerId): Mesh;
  link(a: PeerId, b: PeerId): void;
  cut(a: PeerId, b: PeerId): void;
  /** Everything that was published, whoever heard it. */
  readonly said: { readonly from: PeerId; readonly topic: string; readonly message: unknown }[];
  /** Whether a message of that topic is lost between the two; asked for each and everybody who would hear. */
  loses: (way: { readonly from: PeerId; readonly to: PeerId; readonly topic: string }) => boolean;
  /** What the listeners of channels threw. */
  readonly threw: unknown[];
}

interface Station {
  readonly links: Set<PeerId>;
  readonly onConnection: Set<(event: ConnectionEvent) => void>;
  readonly topics: Map<string, Set<(from: PeerId, message: unknown) => void>>;
  readonly channels: Map<string, Set<(from: PeerId, message: unknown) => void>>;
  readonly handlers: Map<string, (from: PeerId, message: unknown) => Promise<unknown>>;
}

export function createMemoryHub(): MemoryHub {
  const stations = new Map<PeerId, Station>();
  const said: MemoryHub['said'] = [];
  const threw: unknown[] = [];

  function change(a: PeerId, b: PeerId, open: boolean): void {
    for (const [one, peer] of [
      [a, b],
      [b, a],
    ] as const) {
      const station = stations.get(one);
      if (station === undefined || station.links.has(peer) === open) continue;
      if (open) station.links.add(peer);
      else station.links.delete(peer);
      for (const listener of station.onConnection) listener({ peer, open });
    }
  }

  function meshOf(peer: PeerId, station: Station): Mesh {
    return {
      peer,
      connected: () => [...station.links],
      onConnection: (listener) => member(station.onConnection, listener),
      /** Nobody dials again but the test, by `link`. */
      disconnect: (to) => change(peer, to, false),
      send<T>(channel: Channel<T>, to: PeerId, message: T) {
        const heard = channel.codec.decode(channel.codec.encode(message));
        if (!station.links.has(to)) return false;
        for (const listener of stations.get(to)?.channels.get(channel.name) ?? []) {
          try {
            listener(peer, heard);
          } catch (error) {
            threw.push(error);
          }
        }
        return true;
      },
      receive<T>(channel: Channel<T>, listener: (from: PeerId, message: T) => void) {
        const listeners = station.channels.get(channel.name) ?? new Set();
        station.channels.set(channel.name, listeners);
        // Sound: `send` hands on only what this channel's codec decoded.
        return member(listeners, listener as (from: PeerId, message: unknown) => void);
      },
      async publish<T>(topic: Topic<T>, message: T) {
        const heard = topic.codec.decode(topic.codec.encode(message));
        said.push({ from: peer, topic: topic.name, message: heard });
        for (const to of station.links) {
          if (hub.loses({ from: peer, to, topic: topic.name })) continue;
          for (const listener of stations.get(to)?.topics.get(topic.name) ?? []) {
            listener(peer, heard);
          }
        }
      },
      subscribe<T>(topic: Topic<T>, listener: (from: PeerId, message: T) => void) {
        const listeners = station.topics.get(topic.name) ?? new Set();
        station.topics.set(topic.name, listeners);
        // Sound: `publish` hands on only what this topic's codec decoded.
        return member(listeners, listener as (from: PeerId, message: unknown) => void);
      },
      async request<Q, R>(protocol: RequestProtocol<Q, R>, to: PeerId, message: Q) {
        const handler = stations.get(to)?.handlers.get(protocol.name);
        if (!station.links.has(to)) throw new BzzzError('mesh_unreachable', 'not linked');
        if (handler === undefined) throw new BzzzError('mesh_refused', 'no handler');
        const answer = await handler(
          peer,
          protocol.request.decode(protocol.request.encode(message)),
        );
        // Sound: the handler of a protocol answers with its response.
        return protocol.response.decode(protocol.response.encode(answer as R));
      },
      handle<Q, R>(
        protocol: RequestProtocol<Q, R>,
        handler: (from: PeerId, message: Q, o: { signal: AbortSignal }) => Promise<R>,
      ) {
        const { signal } = new AbortController();
        // Sound: `request` decoded the message by this protocol's codec.
        station.handlers.set(protocol.name, (from, message) =>
          handler(from, message as Q, { signal }),
        );
        return () => station.handlers.delete(protocol.name);
      },
    };
  }

  const hub: MemoryHub = {
    said,
    threw,
    loses: () => false,
    join(peer) {
      const station: Station = {
        links: new Set(),
        onConnection: new Set(),
        topics: new Map(),
        channels: new Map(),
        handlers: new Map(),
      };
      stations.set(peer, station);
      return meshOf(peer, station);
    },
    link: (a, b) => change(a, b, true),
    cut: (a, b) => change(a, b, false),
  };
  return hub;
}

function member<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => set.delete(item);
}
