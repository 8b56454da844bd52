/** The network between virtual peers: who is connected to whom, and what becomes of a message. */
import { BzzzError, type PeerId, type RequestProtocol, type Topic } from '@bzzz/protocol';
import type { ConnectionEvent, Mesh } from '@bzzz/coordination';
import type { Faults } from './faults.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import type { Timeline } from './timeline.ts';

export interface VirtualNetwork {
  /** A process joins; its connections open. */
  join(peer: PeerId, process: Process): Mesh;
  /** A process is gone; its connections close. */
  leave(peer: PeerId): void;
  /** Peers in different groups cannot reach each other; undefined: all can. */
  partition(groups: ReadonlyMap<PeerId, number> | undefined): void;
}

interface Station {
  readonly process: Process;
  readonly connections: Set<PeerId>;
  readonly onConnection: Set<(event: ConnectionEvent) => void>;
  readonly topics: Map<string, Set<(from: PeerId, message: unknown) => void>>;
  readonly handlers: Map<string, (from: PeerId, message: unknown) => Promise<unknown>>;
}

export interface VirtualNetworkDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly faults: () => Faults;
}

export function createVirtualNetwork(deps: VirtualNetworkDeps): VirtualNetwork {
  const { timeline, random } = deps;
  const stations = new Map<PeerId, Station>();
  let groups: ReadonlyMap<PeerId, number> | undefined;

  function reachable(a: PeerId, b: PeerId): boolean {
    return groups === undefined || groups.get(a) === groups.get(b);
  }

  /** Brings the connections in line with what can be reached, after the time that it takes to see. */
  function reconnect(): void {
    timeline.after(random.between(10, 500), () => {
      for (const [a, station] of stations) {
        for (const b of stations.keys()) if (a !== b) link(a, station, b, reachable(a, b));
        for (const b of station.connections) if (!stations.has(b)) link(a, station, b, false);
      }
    });
  }

  function link(_a: PeerId, station: Station, peer: PeerId, open: boolean): void {
    if (station.connections.has(peer) === open) return;
    if (open) station.connections.add(peer);
    else station.connections.delete(peer);
    station.process.enter(() => {
      for (const listener of station.onConnection) listener({ peer, open });
    });
  }

  function deliver(from: PeerId, to: PeerId, run: (station: Station) => void): void {
    const { drop, duplicate, delayMsMax } = deps.faults();
    for (let copies = random.chance(duplicate) ? 2 : 1; copies > 0; copies -= 1) {
      if (random.chance(drop)) continue;
      timeline.after(random.between(1, delayMsMax), () => {
        const station = stations.get(to);
        if (station !== undefined && reachable(from, to)) station.process.enter(() => run(station));
      });
    }
  }

  function meshOf(peer: PeerId, station: Station): Mesh {
    const { process } = station;
    return {
      peer,
      connected: () => [...station.connections],
      onConnection: (listener) => member(station.onConnection, listener),
      publish<T>(topic: Topic<T>, message: T) {
        if (!process.alive()) return new Promise<void>(() => undefined);
        // Through the codec, as on the wire: what does not fit is found here too.
        const received = topic.codec.decode(topic.codec.encode(message));
        for (const to of station.connections) {
          deliver(peer, to, (other) => {
            for (const listener of other.topics.get(topic.name) ?? []) listener(peer, received);
          });
        }
        return Promise.resolve();
      },
      subscribe<T>(topic: Topic<T>, listener: (from: PeerId, message: T) => void) {
        const listeners = station.topics.get(topic.name) ?? new Set();
        station.topics.set(topic.name, listeners);
        // Sound: `publish` above only hands on what this very topic's codec decoded.
        return member(listeners, listener as (from: PeerId, message: unknown) => void);
      },
      request<Q, R>(protocol: RequestProtocol<Q, R>, to: PeerId, message: Q) {
        return process.leave<R>((resolve, reject) => {
          timeline.after(protocol.timeoutMs, () => reject(new BzzzError('timeout', 'no answer')));
          if (!station.connections.has(to)) return;
          const asked = protocol.request.decode(protocol.request.encode(message));
          const answer = async (other: Station) => {
            const response = await other.handlers.get(protocol.name)?.(peer, asked);
            if (response === undefined) return;
            // Sound: the handler of this protocol answers with its response.
            const bytes = protocol.response.encode(response as R);
            deliver(to, peer, () => resolve(protocol.response.decode(bytes)));
          };
          deliver(peer, to, (other) => void answer(other).catch(reject));
        });
      },
      handle<Q, R>(
        protocol: RequestProtocol<Q, R>,
        handler: (from: PeerId, message: Q, o: { signal: AbortSignal }) => Promise<R>,
      ) {
        const { signal } = new AbortController();
        // Sound for the same reason: `request` decoded the message by this protocol's codec.
        station.handlers.set(protocol.name, (from, message) =>
          handler(from, message as Q, { signal }),
        );
        return () => station.handlers.delete(protocol.name);
      },
    };
  }

  return {
    join(peer, process) {
      const station: Station = {
        process,
        connections: new Set(),
        onConnection: new Set(),
        topics: new Map(),
        handlers: new Map(),
      };
      stations.set(peer, station);
      reconnect();
      return meshOf(peer, station);
    },
    leave(peer) {
      stations.delete(peer);
      reconnect();
    },
    partition(next) {
      groups = next;
      reconnect();
    },
  };
}

function member<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => set.delete(item);
}
