/** Stands between a peer and its mesh, and tells of what the rules of liveness are about. */
import {
  type Channel,
  heartbeatChannel,
  type Heartbeat,
  type PeerId,
  type TaskHint,
  type TaskId,
  type Topic,
  topics,
} from '@bzzz/protocol';
import type { Mesh } from '@bzzz/coordination';
import type { History } from './history.ts';

export interface WitnessedMesh extends Mesh {
  /** Whether this run of the peer knows the other, and has heard a heartbeat of it since then. */
  hasHeard(peer: PeerId, sinceMs: number): boolean;
}

interface WitnessOptions {
  readonly nowMs: () => number;
  /** What another peer says of itself has been heard. */
  readonly onMet: (peer: PeerId) => void;
}

export function witnessMesh(
  mesh: Mesh,
  history: History,
  { nowMs, onMet }: WitnessOptions,
): WitnessedMesh {
  const able = new Set<PeerId>();
  const beatAtMs = new Map<PeerId, number>();
  const holderTold = new Map<TaskId, string>();
  let incarnation: number | null = null;

  /** Once the peer has dealt with it. */
  function toldSuspected(suspected: number): void {
    if (incarnation === null) return;
    const refuted = incarnation > suspected;
    history.record({ kind: 'told-suspected', peer: mesh.peer, refuted });
  }

  function onSent(message: Heartbeat): void {
    if (message.kind !== 'ask') return;
    history.record({ kind: 'asked', peer: mesh.peer, target: message.target });
  }

  function onHint(hint: TaskHint): void {
    if (hint.kind !== 'claimed') return;
    const { task, peer: holder, epoch } = hint;
    const told = `${holder} ${epoch}`;
    if (holderTold.get(task) === told) return;
    holderTold.set(task, told);
    history.record({ kind: 'told-holder', peer: mesh.peer, task, holder, epoch });
  }

  mesh.onConnection(({ peer, open }) => {
    if (!able.has(peer)) return;
    const heardAtMs = beatAtMs.get(peer) ?? null;
    history.record({ kind: 'link', peer: mesh.peer, other: peer, open, heardAtMs });
  });

  return {
    ...mesh,
    hasHeard: (peer, sinceMs) => able.has(peer) && (beatAtMs.get(peer) ?? -1) >= sinceMs,
    async publish<T>(topic: Topic<T>, message: T) {
      if (isOn(topic, topics.capabilities, message)) incarnation = message.incarnation;
      if (isOn(topic, topics.tasks, message)) onHint(message);
      if (isOn(topic, topics.health, message)) {
        if (message.kind === 'alive') incarnation = message.incarnation;
        else history.record({ kind: 'rumour', peer: mesh.peer, target: message.peer });
      }
      return mesh.publish(topic, message);
    },
    subscribe<T>(topic: Topic<T>, listener: (from: PeerId, message: T) => void) {
      return mesh.subscribe(topic, (from, message) => {
        listener(from, message);
        if (isOn(topic, topics.capabilities, message)) {
          able.add(from);
          onMet(from);
        }
        if (!isOn(topic, topics.health, message)) return;
        if (message.kind === 'suspected' && message.peer === mesh.peer) {
          toldSuspected(message.incarnation);
        }
      });
    },
    send<T>(channel: Channel<T>, peer: PeerId, message: T) {
      if (isOn(channel, heartbeatChannel, message)) onSent(message);
      return mesh.send(channel, peer, message);
    },
    receive<T>(channel: Channel<T>, listener: (from: PeerId, message: T) => void) {
      return mesh.receive(channel, (from, message) => {
        listener(from, message);
        if (!isOn(channel, heartbeatChannel, message)) return;
        beatAtMs.set(from, nowMs());
        if (message.kind === 'ping' && message.suspected !== undefined) {
          toldSuspected(message.suspected);
        }
      });
    },
  };
}

/** Sound: one name has one schema, and the mesh has checked the message against it. */
function isOn<T>(
  way: { readonly name: string },
  known: Topic<T> | Channel<T>,
  _message: unknown,
): _message is T {
  return way.name === known.name;
}
