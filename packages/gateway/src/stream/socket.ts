import type { StreamEvent } from '@bzzz/protocol/api';

/** What is used of a WebSocket. */
export interface Socket {
  send(text: string, sent: (error?: Error | null) => void): void;
  close(code?: number, reason?: string): void;
  on(event: 'close' | 'error', listener: () => void): unknown;
}

/** As fast as the other side takes them: the next one is asked for when the last one has gone out. */
export async function sendEvents(
  socket: Socket,
  events: AsyncIterable<StreamEvent>,
): Promise<void> {
  for await (const event of events) {
    await new Promise<void>((resolve, reject) => {
      socket.send(JSON.stringify(event), (error) => {
        if (error === undefined || error === null) resolve();
        else reject(error);
      });
    });
  }
  socket.close(1000);
}
