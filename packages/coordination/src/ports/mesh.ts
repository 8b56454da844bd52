import type { Channel, PeerId, RequestProtocol, Topic } from '@bzzz/protocol';

export interface ConnectionEvent {
  readonly peer: PeerId;
  /**
   * True: the first connection opened. False: the last one closed. When a peer dials anew that we
   * still believed connected, it has lost its old connection: told as false, then true.
   */
  readonly open: boolean;
}

/** The other peers. Nothing that arrives is trusted beyond who sent it; payloads fit their schema. */
export interface Mesh {
  readonly peer: PeerId;
  /** Peers with an open connection. */
  connected(): readonly PeerId[];
  onConnection(listener: (event: ConnectionEvent) => void): () => void;
  /**
   * Closes every connection to that peer, and does not wait for the other side, which may hang. When
   * this returns, the peer is not among `connected()`, and the listeners have heard `open: false`.
   * The mesh dials it again with backoff, as after any loss, so this is how one finds out whether a
   * silent peer can be had at all. Nothing happens when it is not connected.
   */
  disconnect(peer: PeerId): void;
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
  /**
   * One tiny message over the one long-lived stream of that channel to a connected peer. Best
   * effort: in order, at most once, delivered or lost, and nobody tells which. Never waits and never
   * dials. True: taken. False: not taken, since there is no connection, the other side does not
   * listen to the channel, or `waitingBytesMax` wait already; bytes that the network has taken for a
   * peer that hangs do not count as waiting, so true says nothing about the peer. Never throws for
   * what the other side does; throws `message_invalid` or `message_too_large` for a message that is
   * none of the channel's.
   */
  send<T>(channel: Channel<T>, peer: PeerId, message: T): boolean;
  /**
   * Listens to a channel from now on; a channel that nobody ever listened to is refused to the others.
   * `from` is authenticated. Of each peer at most `messagesPerSecondMax` are heard. A listener that
   * throws does not harm the mesh.
   */
  receive<T>(channel: Channel<T>, listener: (from: PeerId, message: T) => void): () => void;
}
