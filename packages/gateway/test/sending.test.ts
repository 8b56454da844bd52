/** How events go out to one socket: together where they come together, and no faster than they are taken. */
import { expect, it } from 'vitest';
import type { StreamEvent } from '@bzzz/protocol/api';
import { sendEvents } from '../src/stream/socket.ts';

const event: StreamEvent = { type: 'reset', position: 'x'.repeat(1_000) };

/** A socket that takes nothing until it is told to. */
function slowSocket() {
  const waiting: ((error?: Error) => void)[] = [];
  let bytes = 0;
  let corks = 0;
  let closed: number | undefined;
  return {
    socket: {
      get bufferedAmount() {
        return bytes;
      },
      send(text: string, sent: (error?: Error | null) => void) {
        bytes += text.length;
        waiting.push((error) => {
          bytes -= text.length;
          sent(error);
        });
      },
      close(code?: number) {
        closed = code;
      },
      on: () => undefined,
    },
    wire: { cork: () => void (corks += 1), uncork: () => undefined },
    take: (error?: Error) => {
      for (const sent of waiting.splice(0)) sent(error);
    },
    waiting: () => waiting.length,
    corks: () => corks,
    closed: () => closed,
  };
}

async function turn(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

it('lets so much wait and no more, and holds back the wire once for what comes at a time', async () => {
  const { socket, wire, take, waiting, corks, closed } = slowSocket();
  let asked = 0;
  const ending = sendEvents(
    { socket, wire },
    (async function* () {
      for (; asked < 100; asked += 1) yield event;
    })(),
  );
  await turn();
  const first = waiting();
  expect(first * 1_000).toBeGreaterThan(10_000);
  expect(first * 1_000).toBeLessThan(20_000);
  expect(asked).toBeLessThan(first + 1);
  expect(corks()).toBe(1);
  for (let time = 0; time < 20; time += 1) {
    take();
    await turn();
  }
  await ending;
  expect(asked).toBe(100);
  expect(closed()).toBe(1000);
});

it('ends with the reason when something could not be sent', async () => {
  const { socket, wire, take } = slowSocket();
  const ending = sendEvents(
    { socket, wire },
    (async function* () {
      for (;;) yield event;
    })(),
  );
  await turn();
  take(new Error('broken pipe'));
  await expect(ending).rejects.toThrow('broken pipe');
});
