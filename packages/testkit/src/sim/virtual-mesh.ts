/** The network between virtual peers: who is connected to whom, and what becomes of a message. */
import {
  BzzzError,
  type Channel,
  type PeerId,
  type RequestProtocol,
  type Topic,
} from '@bzzz/protocol';
import type { ConnectionEvent, Mesh } from '@bzzz/coordination';
import type { Faults } from './faults.ts';
import type { Links } from './links.ts';
import { watchOvertaking } from './overtaking.ts';
import type { Process } from './process.ts';
import type { SeededRandom } from './random.ts';
import { createInterpreter, type Release, type Said } from './releases.ts';
import type { Timeline } from './timeline.ts';
import type { Sights } from './sights.ts';
import {
  type Admission,
  createAdmission,
  createLines,
  lateMs,
  type Lines,
} from './virtual-channels.ts';
import { createDesk, type Desk } from './virtual-requests.ts';

export interface VirtualNetwork {
  /** A process joins; its connections open. */
  join(peer: PeerId, process: Process, options?: { readonly release?: Release }): Mesh;
  /** A process is gone; its connections close. */
  leave(peer: PeerId): void;
  /** Closes the connection of two peers; both sides see it, and it opens again after a while. */
  close(a: PeerId, b: PeerId): void;
  /** Brings the connections in line with what can be reached, after the time that it takes to see. */
  reconnect(): void;
}

interface Station {
  readonly process: Process;
  readonly release: Release;
  readonly connections: Set<PeerId>;
  readonly onConnection: Set<(event: ConnectionEvent) => void>;
  readonly topics: Map<string, Set<(from: PeerId, message: unknown) => void>>;
  readonly channels: Map<string, Set<(from: PeerId, message: unknown) => void>>;
  readonly lines: Lines;
  readonly admission: Admission;
  readonly desk: Desk;
  /** Ends what waits for an answer of a peer that is gone. */
  readonly onGone: Set<(peer: PeerId) => void>;
}

export interface VirtualNetworkDeps {
  readonly timeline: Timeline;
  readonly random: SeededRandom;
  readonly links: Links;
  readonly sights: Sights;
  readonly faults: () => Faults;
  /** A listener threw: a defect of a peer, from which its mesh does not suffer. */
  readonly onListenerError: (error: unknown) => void;
}

export function createVirtualNetwork(deps: VirtualNetworkDeps): VirtualNetwork {
  const { timeline, random, links, sights } = deps;
  const stations = new Map<PeerId, Station>();
  const overtaking = watchOvertaking(sights);
  const { say, sayFurther } = createInterpreter({ random: random.fork('releases'), sights });

  function reconnect(): void {
    timeline.after(random.between(10, 500), () => {
      let later = false;
      for (const [a, station] of stations) {
        for (const [b, other] of stations) {
          if (a === b) continue;
          const has = station.connections.has(b);
          const stands = has ? links.connects(a, b) : links.opens(a, b);
          // A paused process cannot take part in opening a connection; it keeps those that it has.
          const isMet = has || (station.process.running() && other.process.running());
          if (stands && !isMet) later = true;
          else link(station, b, stands);
        }
        for (const b of station.connections) if (!stations.has(b)) link(station, b, false);
      }
      if (later) reconnect();
    });
  }

  function link(station: Station, peer: PeerId, open: boolean): void {
    if (station.connections.has(peer) === open) return;
    if (open) station.connections.add(peer);
    else station.connections.delete(peer);
    if (!open) station.lines.cut(peer);
    station.process.enter(() => {
      if (!open) for (const end of station.onGone) end(peer);
      tell(station.onConnection, (listener) => listener({ peer, open }));
    });
  }

  function tell<L>(listeners: Iterable<L>, call: (listener: L) => void): void {
    for (const listener of listeners) {
      try {
        call(listener);
      } catch (error) {
        deps.onListenerError(error);
      }
    }
  }

  function deliver(from: PeerId, to: PeerId, run: (station: Station) => void): void {
    const { delayMsMax } = deps.faults();
    const arrived = overtaking.leave(from, to);
    for (let copies = copiesOf(); copies > 0; copies -= 1) {
      if (isDropped()) continue;
      if (!links.carries(from, to)) continue;
      later(random.between(1, delayMsMax) + links.delayMs(from, to), () => {
        const station = stations.get(to);
        if (station === undefined || !links.connects(from, to)) return;
        arrived();
        station.process.enter(() => run(station));
      });
    }
  }

  function copiesOf(): number {
    if (!random.chance(deps.faults().duplicate)) return 1;
    sights.count('duplicate');
    return 2;
  }

  function isDropped(): boolean {
    if (!random.chance(deps.faults().drop)) return false;
    sights.count('drop');
    return true;
  }

  function later(delayMs: number, run: () => void): void {
    if (delayMs >= lateMs) sights.count('delayMsMax');
    timeline.after(delayMs, run);
  }

  /** Whom gossip reaches, passed on from peer to peer, and in how many hops. */
  function reached(from: PeerId): Map<PeerId, number> {
    const hops = new Map<PeerId, number>([[from, 0]]);
    for (const [peer, count] of hops) {
      for (const next of stations.get(peer)?.connections ?? []) {
        if (!hops.has(next) && links.carries(peer, next)) hops.set(next, count + 1);
      }
    }
    hops.delete(from);
    return hops;
  }

  function relay(from: PeerId, to: PeerId, hops: number, run: (station: Station) => void): void {
    const { delayMsMax } = deps.faults();
    const arrived = overtaking.leave(from, to);
    for (let copies = copiesOf(); copies > 0; copies -= 1) {
      if (isDropped()) continue;
      later(hops * random.between(1, delayMsMax) + links.delayMs(from, to), () => {
        const station = stations.get(to);
        if (station === undefined) return;
        arrived();
        station.process.enter(() => run(station));
      });
    }
  }

  function meshOf(peer: PeerId, station: Station): Mesh {
    const { process, release } = station;
    return {
      peer,
      connected: () => [...station.connections],
      onConnection: (listener) => member(station.onConnection, listener),
      disconnect(to) {
        if (!process.alive() || !station.connections.has(to)) return;
        link(station, to, false);
        const other = stations.get(to);
        if (other !== undefined) link(other, peer, false);
        reconnect();
      },
      send<T>(channel: Channel<T>, to: PeerId, message: T) {
        const said = say(channel.codec, message, release);
        if (!process.alive() || !station.connections.has(to) || release === 'ancient') return false;
        const hear = (other: Station, one: Said<T>) => {
          if (!other.admission.admit(channel, peer)) return;
          const heard = one.heardBy(other.release);
          if (heard === undefined) return;
          tell(other.channels.get(channel.name) ?? [], (listener) => listener(peer, heard));
        };
        const push = (one: Said<T>) => {
          const arrive = () => {
            const other = stations.get(to);
            if (other?.connections.has(peer) !== true || !links.connects(peer, to)) return;
            if (other.release !== 'ancient') other.process.enter(() => hear(other, one));
          };
          return station.lines.push({ channel, to, bytes: one.byteLength, arrive });
        };
        const further = sayFurther(channel.codec, release);
        if (further !== undefined) push(further);
        return push(said);
      },
      receive<T>(channel: Channel<T>, listener: (from: PeerId, message: T) => void) {
        const listeners = station.channels.get(channel.name) ?? new Set();
        station.channels.set(channel.name, listeners);
        // Sound: `send` above only hands on what this very channel's codec decoded.
        return member(listeners, listener as (from: PeerId, message: unknown) => void);
      },
      async publish<T>(topic: Topic<T>, message: T) {
        if (!process.alive()) return new Promise<void>(() => undefined);
        // Through the codec, as on the wire: what does not fit is found here too.
        const said = say(topic.codec, message, release);
        const further = sayFurther(topic.codec, release);
        for (const one of further === undefined ? [said] : [further, said]) {
          for (const [to, hops] of reached(peer)) {
            relay(peer, to, hops, (other) => {
              const heard = one.heardBy(other.release);
              if (heard === undefined) return;
              tell(other.topics.get(topic.name) ?? [], (listener) => listener(peer, heard));
            });
          }
        }
        return undefined;
      },
      subscribe<T>(topic: Topic<T>, listener: (from: PeerId, message: T) => void) {
        const listeners = station.topics.get(topic.name) ?? new Set();
        station.topics.set(topic.name, listeners);
        // Sound: `publish` above only hands on what this very topic's codec decoded.
        return member(listeners, listener as (from: PeerId, message: unknown) => void);
      },
      request<Q, R>(
        protocol: RequestProtocol<Q, R>,
        to: PeerId,
        message: Q,
        options: { signal?: AbortSignal } = {},
      ) {
        return process.leave<R>((resolve, reject) => {
          const asked = say(protocol.request, message, release);
          const given = new AbortController();
          const settle = (how: () => void) => {
            cancelTimeout();
            options.signal?.removeEventListener('abort', onAbort);
            station.onGone.delete(onGone);
            how();
          };
          /** No longer waits, and tells the other side so. */
          const giveUp = (code: 'aborted' | 'mesh_unreachable' | 'timeout') => {
            settle(() => reject(new BzzzError(code, `no answer from ${to}`)));
            deliver(peer, to, () => given.abort());
          };
          /** An answer that is none is as good as no answer. */
          const hear = (answer: Said<R>) => {
            const heard = answer.heardBy(release);
            if (heard === undefined) reject(new BzzzError('mesh_refused', 'no answer known here'));
            else resolve(heard);
          };
          const onAbort = () => giveUp('aborted');
          const onGone = (gone: PeerId) => {
            if (gone === to) giveUp('mesh_unreachable');
          };
          const cancelTimeout = timeline.after(protocol.timeoutMs, () => giveUp('timeout'));
          if (options.signal?.aborted === true) return giveUp('aborted');
          if (!station.connections.has(to)) return giveUp('mesh_unreachable');
          options.signal?.addEventListener('abort', onAbort);
          station.onGone.add(onGone);
          deliver(peer, to, ({ desk, release: theirs }) => {
            const write = (answer: R) =>
              sayFurther(protocol.response, theirs) ?? say(protocol.response, answer, theirs);
            const heard = asked.heardBy(theirs);
            desk.answer(protocol, { from: peer, message: heard, write }, given.signal).then(
              (answer) => deliver(to, peer, () => settle(() => hear(answer))),
              (error: unknown) => deliver(to, peer, () => settle(() => reject(error))),
            );
          });
        });
      },
      handle<Q, R>(
        protocol: RequestProtocol<Q, R>,
        handler: (from: PeerId, message: Q, o: { signal: AbortSignal }) => Promise<R>,
      ) {
        const { handlers } = station.desk;
        // Sound for the same reason: `request` decoded the message by this protocol's codec.
        handlers.set(protocol.name, (from, message, o) => handler(from, message as Q, o));
        return () => handlers.delete(protocol.name);
      },
    };
  }

  return {
    join(peer, process, { release = 'today' } = {}) {
      const station: Station = {
        process,
        release,
        connections: new Set(),
        onConnection: new Set(),
        topics: new Map(),
        channels: new Map(),
        lines: createLines(deps, peer),
        admission: createAdmission(timeline),
        desk: createDesk(timeline),
        onGone: new Set(),
      };
      stations.set(peer, station);
      reconnect();
      return meshOf(peer, station);
    },
    leave(peer) {
      stations.delete(peer);
      reconnect();
    },
    close(a, b) {
      const [left, right] = [stations.get(a), stations.get(b)];
      if (left !== undefined) link(left, b, false);
      if (right !== undefined) link(right, a, false);
      reconnect();
    },
    reconnect,
  };
}

function member<T>(set: Set<T>, item: T): () => void {
  set.add(item);
  return () => set.delete(item);
}
