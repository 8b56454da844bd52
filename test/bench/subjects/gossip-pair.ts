/** Two ends of gossip, whatever lies between them. */
import { createCodec, limits, type Topic } from '@bzzz/protocol';
import { z } from 'zod';

export interface Message {
  readonly content: Uint8Array;
}

/** A sender and a receiver that are connected, and through which gossip was seen to go. */
export interface GossipPair {
  publish(message: Message): Promise<void>;
  /** Contents that arrived, oldest first. Those of `probe` are left out. */
  readonly received: Uint8Array[];
  /** Called after each arrival. */
  onReceived: () => void;
  /** Envelopes, which is to say signatures, so far; undefined where each message is signed. */
  envelopes?(): number;
  close(): Promise<void>;
}

export const benchTopic: Topic<Message> = {
  name: 'bench',
  version: 1,
  codec: createCodec({
    name: 'benchmark message',
    schema: z.object({ content: z.instanceof(Uint8Array) }),
    bytesMax: limits.gossipMessageBytesMax,
  }),
};

/** Sent until it arrives, before anything is measured. */
export const probe: Message = { content: new Uint8Array(1) };
