/** Topics over gossipsub: envelopes out, messages in, and what is wrong with them counted. */
import {
  type Envelope,
  envelopeCodec,
  type MeshName,
  PeerId,
  type Topic,
  topicName,
} from '@bzzz/protocol';
import { type Message, TopicValidatorResult } from '@libp2p/gossipsub';
import type { Stream } from '@libp2p/interface';
import type { Counters } from './counters.ts';
import type { Gaps } from './gaps.ts';
import { createListeners } from './listeners.ts';
import type { MeshNode } from './libp2p-node.ts';
import { createOutbox } from './outbox.ts';
import type { Penalties } from './penalties.ts';
import { createReceiver, type Receiver } from './receiver.ts';

/** A gossip stream with this much unsent is congested. */
const CONGESTED_BYTES = 256 * 1024;
const GOSSIP_PROTOCOL = '/meshsub/';

/** What is listened for; outlives a restart of the mesh. */
export interface Subscriptions {
  subscribe<T>(topic: Topic<T>, listener: (from: PeerId, message: T) => void): () => void;
  /** Full names of the topics. */
  names(): string[];
  onName(listener: (name: string) => void): () => void;
  deliver(name: string, from: PeerId, bytes: Uint8Array): 'delivered' | 'malformed' | 'unknown';
}

export function createSubscriptions(mesh: MeshName, onListenerError: () => void): Subscriptions {
  const receivers = new Map<string, Set<Receiver>>();
  const added = createListeners<string>(onListenerError);

  return {
    names: () => [...receivers.keys()],
    onName: (listener) => added.add(listener),
    subscribe(topic, listener) {
      const name = topicName(mesh, topic);
      const group = receivers.get(name) ?? new Set();
      const receiver = createReceiver(topic.codec, listener, onListenerError);
      group.add(receiver);
      if (!receivers.has(name)) {
        receivers.set(name, group);
        added.tell(name);
      }
      // The topic itself stays: leaving it and coming back costs a backoff in gossipsub.
      return () => {
        group.delete(receiver);
      };
    },
    deliver(name, from, bytes) {
      const group = receivers.get(name);
      if (group === undefined || group.size === 0) return 'unknown';
      let fits = true;
      for (const receiver of group) fits = receiver(from, bytes) && fits;
      return fits ? 'delivered' : 'malformed';
    },
  };
}

export interface Gossip {
  publish<T>(topic: Topic<T>, message: T): Promise<void>;
  waiting(): number;
  stop(): void;
}

export interface GossipParts {
  readonly node: MeshNode;
  readonly mesh: MeshName;
  readonly subscriptions: Subscriptions;
  readonly penalties: Penalties;
  readonly counters: Counters;
  readonly gaps: Gaps;
}

export interface GossipOptions {
  readonly messagesMax: number;
  readonly mayGossip: (author: string) => boolean;
}

export function startGossip(parts: GossipParts, options: GossipOptions): Gossip {
  const { node, mesh, subscriptions, counters, gaps } = parts;
  const { pubsub } = node.services;
  const opened = new WeakMap<Message, Envelope>();

  const outbox = createOutbox(
    {
      send: async (topic, envelope) => {
        await pubsub.publish(topic, envelope);
      },
      congested: () => isCongested(node),
      onSent(messages) {
        counters.envelopesSent += 1;
        counters.messagesSent += messages;
      },
      onNotSent(messages) {
        counters.notSent += messages;
      },
    },
    { messagesMax: options.messagesMax, run: Date.now() },
  );

  /** Runs before an envelope is forwarded: what is none stops here. */
  function validate(_source: unknown, message: Message): TopicValidatorResult {
    const isHeard = message.type === 'signed' && options.mayGossip(message.from.toString());
    // No fault of whoever handed it on, who may not know yet.
    if (!isHeard) return TopicValidatorResult.Ignore;
    try {
      opened.set(message, envelopeCodec.decode(message.data));
      return TopicValidatorResult.Accept;
    } catch {
      counters.badEnvelope += 1;
      if (message.type === 'signed') parts.penalties.add(message.from.toString());
      return TopicValidatorResult.Reject;
    }
  }

  function onMessage({ detail: message }: CustomEvent<Message>): void {
    const envelope = opened.get(message);
    if (message.type !== 'signed' || envelope === undefined) return;
    const from = PeerId.safeParse(message.from.toString());
    if (!from.success) return;
    counters.envelopesReceived += 1;
    const { position, messages } = envelope;
    if (position !== undefined) {
      gaps.heard({ author: from.data, topic: message.topic }, position, messages.length);
    }
    for (const bytes of messages) deliver(message.topic, from.data, bytes);
  }

  function deliver(name: string, from: PeerId, bytes: Uint8Array): void {
    const outcome = subscriptions.deliver(name, from, bytes);
    if (outcome === 'delivered') counters.messagesDelivered += 1;
    if (outcome !== 'malformed') return;
    counters.badMessage += 1;
    parts.penalties.add(from);
  }

  function join(name: string): void {
    pubsub.topicValidators.set(name, validate);
    pubsub.subscribe(name);
  }

  pubsub.addEventListener('message', onMessage);
  const forget = subscriptions.onName(join);
  for (const name of subscriptions.names()) join(name);

  return {
    waiting: () => outbox.waiting(),
    async publish(topic, message) {
      const bytes = topic.codec.encode(message);
      await outbox.push(topicName(mesh, topic), bytes);
    },
    stop() {
      forget();
      pubsub.removeEventListener('message', onMessage);
      outbox.close();
      // What is said while nobody listens is not lost on the way.
      gaps.startAnew();
    },
  };
}

/** The streams of a connection that carry our gossip to the other side. */
export function gossipStreams(connection: ReturnType<MeshNode['getConnections']>[number]) {
  return connection.streams.filter(
    (stream) => stream.direction === 'outbound' && stream.status === 'open' && isGossip(stream),
  );
}

export function isGossip({ protocol }: Stream): boolean {
  return protocol.startsWith(GOSSIP_PROTOCOL);
}

/** Everybody is behind. A single slow peer does not count: it loses its stream, and what it missed. */
function isCongested(node: MeshNode): boolean {
  const streams = node.getConnections().flatMap((connection) => gossipStreams(connection));
  return (
    streams.length > 0 && streams.every((stream) => stream.writeBufferLength > CONGESTED_BYTES)
  );
}
