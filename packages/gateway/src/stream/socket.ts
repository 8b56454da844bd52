import type { StreamEvent } from '@bzzz/protocol/api';
import { textOf } from './event-text.ts';

/** What is used of a WebSocket. */
export interface Socket {
  /** Bytes that were sent and have not gone out. */
  readonly bufferedAmount: number;
  send(text: string, sent: (error?: Error | null) => void): void;
  close(code?: number, reason?: string): void;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

/** What is used of the connection below it. */
export interface Wire {
  /** Holds back what is written, so that it goes out in one call of the system. */
  cork(): void;
  uncork(): void;
}

/** So much may wait. More: fewer calls of the system, more memory, and a later word of how things stand. */
const waitingBytesMax = 16 * 1024;

/**
 * As fast as the other side takes them: when so much waits, the next is asked for when that has gone out. What
 * is there at a time goes out at a time.
 */
export async function sendEvents(
  { socket, wire }: { readonly socket: Socket; readonly wire: Wire },
  events: AsyncIterable<StreamEvent>,
): Promise<void> {
  let failure: Error | undefined;
  const note = (error?: Error | null) => {
    failure ??= error ?? undefined;
  };
  const hold = heldForATurn(wire);
  for await (const event of events) {
    hold();
    const text = textOf(event);
    if (socket.bufferedAmount < waitingBytesMax) socket.send(text, note);
    else {
      await new Promise<void>((resolve) => {
        socket.send(text, (error) => {
          note(error);
          resolve();
        });
      });
    }
    if (failure !== undefined) throw failure;
  }
  socket.close(1000);
}

/** Until whoever writes now has nothing more to write at once. */
function heldForATurn(wire: Wire): () => void {
  let isHeld = false;
  return () => {
    if (isHeld) return;
    isHeld = true;
    wire.cork();
    process.nextTick(() => {
      isHeld = false;
      wire.uncork();
    });
  };
}
