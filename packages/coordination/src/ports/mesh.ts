import type { PeerId, RequestProtocol, Topic } from '@bzzz/protocol';

export interface ConnectionEvent {
  readonly peer: PeerId;
  /** True: the first connection opened. False: the last one closed. */
  readonly open: boolean;
}

/** The other peers. Nothing that arrives is trusted beyond who sent it; payloads fit their schema. */
export interface Mesh {
  readonly peer: PeerId;
  /** Peers with an open connection. */
  connected(): readonly PeerId[];
  onConnection(listener: (event: ConnectionEvent) => void): () => void;
  /**
   * Gossips a hint to everybody. Small messages of one tick share an envelope. Resolves when it is
   * handed to the network, which is no promise of delivery: nothing may rely on one message.
   * Never delivers to the sender itself. Throws `mesh_backlog` when too much is waiting.
   */
  publish<T>(topic: Topic<T>, message: T): Promise<void>;
  /** `from` is authenticated. A listener that throws does not harm the mesh. */
  subscribe<T>(topic: Topic<T>, listener: (from: PeerId, message: T) => void): () => void;
  /**
   * One request, one response. Throws `mesh_unreachable` (no connection can be had), `timeout`,
   * `mesh_refused` (the other side will not answer), `aborted`.
   */
  request<Q, R>(
    protocol: RequestProtocol<Q, R>,
    peer: PeerId,
    message: Q,
    options?: { signal?: AbortSignal },
  ): Promise<R>;
  handle<Q, R>(
    protocol: RequestProtocol<Q, R>,
    handler: (from: PeerId, message: Q, options: { signal: AbortSignal }) => Promise<R>,
  ): () => void;
}
