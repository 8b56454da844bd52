/** Follows the stream of events, and comes back to it whenever it breaks. */
import { StreamEvent } from '@bzzz/protocol/api';
import { createSseReader } from './sse.ts';
import type { Store } from './store.ts';

export type Connection = 'connecting' | 'live' | 'lost' | 'denied';

const firstEntries = 1_000;
const waitMsMin = 500;
const waitMsMax = 10_000;
/** A peer says every few seconds how it is. */
const silenceMsMax = 30_000;

export interface Following {
  readonly store: Store;
  readonly signal: AbortSignal;
  readonly onConnection: (connection: Connection) => void;
}

/** Ends only by the signal, or when the session is over. */
export async function followEvents({ store, signal, onConnection }: Following): Promise<void> {
  let waitMs = waitMsMin;
  onConnection('connecting');
  while (!signal.aborted) {
    const heard = await readOnce(store, signal, onConnection);
    if (heard === 'denied') return onConnection('denied');
    if (signal.aborted) return;
    onConnection('lost');
    waitMs = heard === 'some' ? waitMsMin : Math.min(waitMs * 2, waitMsMax);
    await pause(waitMs, signal);
  }
}

async function readOnce(
  store: Store,
  signal: AbortSignal,
  onConnection: (connection: Connection) => void,
): Promise<'some' | 'none' | 'denied'> {
  let heard: 'some' | 'none' = 'none';
  const silence = watchSilence(signal);
  try {
    const { position } = store.get();
    // Where the position is of no use any more, the newest are told instead.
    const after = position === null ? '' : `&after=${encodeURIComponent(position)}`;
    const answer = await fetch(`/api/v1/events?last=${firstEntries}${after}`, {
      headers: { accept: 'text/event-stream' },
      signal: silence.signal,
    });
    if (answer.status === 401 || answer.status === 403) return 'denied';
    if (!answer.ok || answer.body === null) return 'none';
    onConnection('live');
    const read = createSseReader();
    for await (const piece of pieces(answer.body)) {
      heard = 'some';
      silence.heard();
      for (const { data } of read(piece)) take(store, data);
    }
  } catch (error) {
    // A broken stream is nothing to report: the page says that it is not live, and tries again.
    if (!(error instanceof Error)) throw error;
  } finally {
    silence.close();
  }
  return heard;
}

/** Aborts a connection on which nothing comes any more: a peer that stands still ends none by itself. */
function watchSilence(signal: AbortSignal) {
  const silent = new AbortController();
  let timer = setTimeout(() => silent.abort(new Error('silence')), silenceMsMax);
  return {
    signal: AbortSignal.any([signal, silent.signal]),
    heard() {
      clearTimeout(timer);
      timer = setTimeout(() => silent.abort(new Error('silence')), silenceMsMax);
    },
    close: () => clearTimeout(timer),
  };
}

async function* pieces(body: ReadableStream<Uint8Array>): AsyncIterable<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield decoder.decode(value, { stream: true });
  }
}

/** What a newer peer says in a way that is not known here is passed over. */
function take(store: Store, data: string): void {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch (error) {
    if (error instanceof SyntaxError) return;
    throw error;
  }
  const event = StreamEvent.safeParse(json);
  if (event.success) store.push(event.data);
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    }
    signal.addEventListener('abort', done);
  });
}
