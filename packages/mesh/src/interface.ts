import type { ErrorCode, PeerId } from '@bzzz/protocol';
import type { Mesh } from '@bzzz/coordination';
import type { Stream } from '@libp2p/interface';

/** Name and version of a raw stream protocol, such as `journalProtocol`. */
export interface StreamProtocol {
  readonly name: string;
  readonly version: number;
}

export interface StreamHandlerOptions {
  /** Who may open this stream; everybody else is reset. Asked once a stream. Default: all peers. */
  readonly allow?: (peer: PeerId) => boolean;
  /** Streams that one connection may have open at a time. Default 4. */
  readonly streamsMax?: number;
}

/**
 * Something that a person has to mend; the mesh goes on. Told at most once a minute for one code
 * and one address.
 */
export interface Trouble {
  readonly code: ErrorCode;
  readonly reason: string;
  /** Multiaddr of the other side, where there is one. */
  readonly address: string | undefined;
}

/** Counters since the last start; they only rise, but for `connections`, `waiting` and `lost`. */
export interface MeshStats {
  readonly connections: number;
  readonly gossip: {
    /** Messages and envelopes handed to gossipsub. One envelope carries one signature. */
    readonly messagesSent: number;
    readonly envelopesSent: number;
    readonly messagesDelivered: number;
    readonly envelopesReceived: number;
    /**
     * Messages of others that were published while we took part and never came, as far as later
     * ones of the same author show. Falls when one comes after all, by a long way round.
     */
    readonly lost: number;
    /** Messages in the outbox now. */
    readonly waiting: number;
    readonly dropped: {
      /** Ours, refused with `mesh_backlog`. */
      readonly backlog: number;
      /** Ours, that gossipsub refused, or that waited when the mesh was stopped. */
      readonly notSent: number;
      /** Envelopes that are no envelope; not forwarded. */
      readonly badEnvelope: number;
      /** Messages that do not decode or do not fit their schema. */
      readonly badMessage: number;
    };
  };
  readonly requests: {
    readonly sent: number;
    readonly answered: number;
    readonly refused: {
      readonly rate: number;
      readonly inFlight: number;
      readonly malformed: number;
      /** The handler threw, was too slow, or the requester went away. */
      readonly failed: number;
    };
  };
  readonly channels: {
    /** Messages that `send` took, and those that it did not: no connection, or too much waits. */
    readonly sent: number;
    readonly notTaken: number;
    readonly received: number;
    /** Outgoing streams that were opened; rises with each reset that is mended. */
    readonly streamsOpened: number;
    readonly dropped: {
      /** Of peers that send too fast. */
      readonly rate: number;
      /** Frames or messages that are none; each costs its sender score. */
      readonly malformed: number;
    };
  };
  /** Listeners of ours that threw. */
  readonly listenerErrors: number;
}

/** The `Mesh` port, and what the composition root needs around it. */
export interface MeshService extends Mesh {
  /**
   * Listens and starts to look for peers. Idempotent. A failed start leaves nothing running.
   * Throws `port_taken`, or `config_invalid` for an address that this machine cannot listen on.
   */
  start(): Promise<void>;
  /** Closes every connection and forgets the peers; handlers and subscriptions stay. Idempotent. */
  stop(): Promise<void>;
  /** Own addresses, each with `/p2p/<peer>`. Empty unless started. */
  multiaddrs(): readonly string[];
  /** Dials everybody that is known and not connected, now; how many. */
  redial(): number;
  onTrouble(listener: (trouble: Trouble) => void): () => void;
  stats(): MeshStats;
  /**
   * A libp2p stream to that peer. The caller attaches its `message` listener at once, honours
   * `send() === false` by waiting for `drain`, and closes or aborts it.
   * Throws `mesh_unreachable`, `mesh_refused`, `timeout` (10 s), `aborted`, `stopped`.
   */
  openStream(
    peer: PeerId,
    protocol: StreamProtocol,
    options?: { signal?: AbortSignal },
  ): Promise<Stream>;
  /**
   * Called synchronously for each stream that comes in, so that no byte is missed if the handler
   * attaches its `message` listener before it returns. A handler that throws resets the stream.
   */
  handleStream(
    protocol: StreamProtocol,
    handler: (from: PeerId, stream: Stream) => void,
    options?: StreamHandlerOptions,
  ): () => void;
}
