/** One sender and its receivers, whatever lies between them. */
import { type Channel, createCodec, limits, type Topic } from '@bzzz/protocol';
import { z } from 'zod';
import { until } from '../until.ts';

export interface Message {
  readonly content: Uint8Array;
}

/** A sender and receivers that are connected, and between which messages were seen to go. */
export interface Group {
  /** One message to every receiver. */
  send(message: Message): Promise<void> | void;
  readonly inbox: Inbox;
  /** Signatures so far; undefined where each message is signed, or none. */
  signatures?(): number;
  /** Ids of processes between the two ends. */
  readonly processes?: readonly number[];
  close(): Promise<void>;
}

const codec = createCodec({
  name: 'benchmark message',
  schema: z.object({ content: z.instanceof(Uint8Array) }),
  bytesMax: limits.gossipMessageBytesMax,
});

export const benchTopic: Topic<Message> = { name: 'bench', version: 1, codec };

/** Bounds that the benchmark does not reach. */
export const benchChannel: Channel<Message> = {
  ...benchTopic,
  messagesPerSecondMax: 10_000_000,
  waitingBytesMax: 1024 * 1024,
};

/** CBOR around the content: a map of one field, its name, and the header of a byte string. */
export const OVERHEAD_BYTES = 11;

/** Sent until it arrives, before anything is measured. */
const probe: Message = { content: new Uint8Array(1) };

const WAIT_MS = 120_000;

/** What came to each receiver. */
export interface Inbox {
  /** Oldest first, a list a receiver; without probes. */
  readonly received: readonly Uint8Array[][];
  put(receiver: number, content: Uint8Array): void;
  empty(): void;
  /** Resolves when so many messages came, of all receivers together; rejects after two minutes. */
  arrival(count: number): Promise<void>;
  /** Whether each has had a probe. */
  isProbed(): boolean;
}

export function createInbox(receivers: number): Inbox {
  const received = Array.from({ length: receivers }, (): Uint8Array[] => []);
  const probed = new Set<number>();
  let came = 0;
  let onPut = (): void => {};
  return {
    received,
    put(receiver, content) {
      if (content.byteLength === probe.content.byteLength) {
        probed.add(receiver);
        return;
      }
      received[receiver]?.push(content);
      came += 1;
      onPut();
    },
    empty() {
      for (const list of received) list.length = 0;
      came = 0;
    },
    arrival(count) {
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      const timer = setTimeout(() => {
        reject(new Error(`${came} of ${count} messages arrived within ${WAIT_MS} ms`));
      }, WAIT_MS);
      onPut = () => {
        if (came < count) return;
        clearTimeout(timer);
        resolve();
      };
      return promise;
    },
    isProbed: () => probed.size === receivers,
  };
}

/** Sends the probe until everybody has it; closes the group where that does not come. */
export async function probed(what: string, group: Group): Promise<Group> {
  try {
    await until(`messages go through ${what}`, async () => {
      await group.send(probe);
      return group.inbox.isProbed();
    });
    return group;
  } catch (error) {
    await group.close();
    throw error;
  }
}
