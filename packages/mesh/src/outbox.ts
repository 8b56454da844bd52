/**
 * Packs small messages into envelopes. Signing is what gossip costs, and an envelope is signed
 * once. Each topic has a lane with one envelope under way at a time: what is published meanwhile
 * rides in the next one, so envelopes grow with the load and nothing waits when there is none.
 */
import { BzzzError, envelopeCodec, limits } from '@bzzz/protocol';

/** Bytes of CBOR around one message and around the whole envelope, at most. */
const MESSAGE_OVERHEAD_BYTES = 5;
const ENVELOPE_OVERHEAD_BYTES = 64;
const CONGESTED_RETRY_MS = 20;

export interface OutboxParts {
  /** Hands one envelope to the network. */
  readonly send: (topic: string, envelope: Uint8Array) => Promise<void>;
  /** Whether the network takes nothing more at present. */
  readonly congested: () => boolean;
  readonly onSent: (messages: number) => void;
  /** The network refused them, or the outbox was closed over them; whoever published them is told. */
  readonly onNotSent: (messages: number) => void;
}

export interface OutboxOptions {
  readonly messagesMax: number;
  /** Tells this outbox from those of earlier starts; goes with every envelope. */
  readonly run: number;
}

export interface Outbox {
  /** Resolves when the message is handed over. Throws `mesh_backlog`, `stopped`. */
  push(topic: string, message: Uint8Array): Promise<void>;
  waiting(): number;
  /** Refuses what waits and what comes, with `stopped`. */
  close(): void;
}

interface Item {
  readonly message: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

interface Lane {
  readonly topic: string;
  readonly items: Item[];
  /** Messages that the network took; counted where it is known, so that receivers can see gaps. */
  sent: number;
  busy: boolean;
}

export function createOutbox(parts: OutboxParts, options: OutboxOptions): Outbox {
  const lanes = new Map<string, Lane>();
  let waiting = 0;
  const closing = new AbortController();

  async function drain(lane: Lane): Promise<void> {
    // Ends the tick first: all that it publishes goes into one envelope.
    await tickEnd();
    while (lane.items.length > 0) {
      while (parts.congested() && !closing.signal.aborted) await pause(CONGESTED_RETRY_MS);
      const batch = takeBatch(lane.items);
      waiting -= batch.length;
      await deliver(lane, batch);
    }
    lane.busy = false;
  }

  async function deliver(lane: Lane, batch: readonly Item[]): Promise<void> {
    try {
      if (closing.signal.aborted) throw stopped();
      const position = { run: options.run, first: lane.sent };
      const messages = batch.map((one) => one.message);
      await parts.send(lane.topic, envelopeCodec.encode({ messages, position }));
      lane.sent += batch.length;
      parts.onSent(batch.length);
      for (const item of batch) item.resolve();
    } catch (error) {
      parts.onNotSent(batch.length);
      for (const item of batch) item.reject(error);
    }
  }

  return {
    push(topic, message) {
      if (closing.signal.aborted) return Promise.reject(stopped());
      if (waiting >= options.messagesMax) {
        const reason = `${waiting} messages are waiting to be gossiped`;
        return Promise.reject(new BzzzError('mesh_backlog', reason));
      }
      const lane = lanes.get(topic) ?? { topic, items: [], sent: 0, busy: false };
      lanes.set(topic, lane);
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      lane.items.push({ message, resolve, reject });
      waiting += 1;
      if (!lane.busy) {
        lane.busy = true;
        // Never rejects: every failure goes to the items of its batch.
        void drain(lane);
      }
      return promise;
    },
    waiting: () => waiting,
    close() {
      closing.abort();
    },
  };
}

/** Takes from the front what fits into one envelope; at least one message. */
function takeBatch(items: Item[]): Item[] {
  let bytes = ENVELOPE_OVERHEAD_BYTES;
  let count = 0;
  for (const { message } of items) {
    bytes += message.byteLength + MESSAGE_OVERHEAD_BYTES;
    const full = bytes > limits.envelopeBytesMax || count === limits.envelopeMessagesMax;
    if (full && count > 0) break;
    count += 1;
  }
  return items.splice(0, count);
}

function stopped(): BzzzError {
  return new BzzzError('stopped', 'the mesh is not running');
}

/** A timer would take a millisecond or more; a browser has nothing sooner. */
function tickEnd(): Promise<void> {
  if (typeof setImmediate !== 'function') return pause(0);
  return new Promise((resolve) => setImmediate(resolve));
}

function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, delayMs));
}
