/** The little of a libp2p 3 `MessageStream` that replication uses. */
export interface MessageStream {
  readonly status: 'open' | 'closing' | 'closed' | 'aborted' | 'reset';
  readonly writableNeedsDrain: boolean;
  readonly readableEnded: boolean;
  /** False: wait for `drain`. Throws when the stream is closed for writing. */
  send(data: Uint8Array): boolean;
  /** Half close: what was sent still arrives, and the other side may go on. */
  close(): Promise<void>;
  abort(error: Error): void;
  pause(): void;
  resume(): void;
  addEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  addEventListener(type: 'drain' | 'end', listener: () => void): void;
  addEventListener(type: 'close', listener: (event: CloseEvent) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent) => void): void;
  removeEventListener(type: 'drain' | 'end', listener: () => void): void;
  removeEventListener(type: 'close', listener: (event: CloseEvent) => void): void;
}

interface MessageEvent {
  /** Bytes, or libp2p's list of pieces of them. */
  readonly data: Uint8Array | { subarray(): Uint8Array };
}

interface CloseEvent {
  readonly error?: Error | undefined;
}
