/**
 * The way of one channel's messages to one peer: a stream that is opened when the first message
 * comes, kept, and opened again after it was reset, when a pause is over and there is something to
 * send. What one run of code pushes goes out as one piece when that run ends, before anything else
 * happens: encryption and the socket cost by the piece, not by the message. What waits is bounded, in two
 * places: here while the stream is being opened, and in its write buffer while the other side takes
 * nothing. What waits in a stream that ends is lost.
 */
import type { Stream } from '@libp2p/interface';
import { backoffMs } from './backoff.ts';
import { joined } from './framing.ts';

const OPEN_MS = 5_000;
const REOPEN_MS_MAX = 10_000;
/** A stream that ends sooner counts as one that did not open. */
const LASTING_MS = 5_000;

export interface Lane {
  /** False: not taken. */
  push(frame: Uint8Array): boolean;
  /** Resets the stream; takes nothing more. */
  close(): void;
}

export interface LaneParts {
  readonly open: (signal: AbortSignal) => Promise<Stream>;
  readonly onOpened: () => void;
}

interface Open {
  readonly kind: 'open';
  readonly stream: Stream;
  /** Pushed in this run of code. */
  unsent: Uint8Array[];
  unsentBytes: number;
}

type State =
  | { readonly kind: 'opening'; readonly waiting: Uint8Array[]; waitingBytes: number }
  | Open
  /** Before its first stream, or after it lost one. */
  | { readonly kind: 'shut'; readonly untilMs: number };

export function createLane(parts: LaneParts, options: { readonly waitingBytesMax: number }): Lane {
  const closing = new AbortController();
  let state: State = { kind: 'shut', untilMs: 0 };
  let failures = 0;

  /** Never rejects: the pause before the next try is all that comes of a failure. */
  async function open(waiting: readonly Uint8Array[]): Promise<void> {
    const signal = AbortSignal.any([closing.signal, AbortSignal.timeout(OPEN_MS)]);
    try {
      const stream = await parts.open(signal);
      if (closing.signal.aborted || stream.status !== 'open') {
        stream.abort(new Error('too late'));
        return shut();
      }
      use(stream, waiting);
    } catch {
      shut();
    }
  }

  function use(stream: Stream, waiting: readonly Uint8Array[]): void {
    const sinceMs = performance.now();
    const opened: Open = { kind: 'open', stream, unsent: [], unsentBytes: 0 };
    state = opened;
    parts.onOpened();
    // Without a listener what the other side might send would be kept.
    stream.addEventListener('message', () => undefined);
    stream.addEventListener('close', () => {
      if (performance.now() - sinceMs > LASTING_MS) failures = 0;
      shut();
    });
    for (const frame of waiting) take(opened, frame);
  }

  function shut(): void {
    state = { kind: 'shut', untilMs: performance.now() + backoffMs(failures, REOPEN_MS_MAX) };
    failures += 1;
  }

  function take(open: Open, frame: Uint8Array): boolean {
    const { stream } = open;
    const bytes = stream.writeBufferLength + open.unsentBytes + frame.byteLength;
    if (bytes > options.waitingBytesMax || stream.writeStatus !== 'writable') return false;
    if (open.unsent.length === 0) queueMicrotask(() => send(open));
    open.unsent.push(frame);
    open.unsentBytes += frame.byteLength;
    return true;
  }

  function send(open: Open): void {
    const { unsent, unsentBytes } = open;
    if (unsent.length === 0) return;
    open.unsent = [];
    open.unsentBytes = 0;
    try {
      // Its answer only says whether it may be asked for more at once.
      open.stream.send(joined(unsent, unsentBytes));
    } catch {
      // The stream is broken, by this or before, and tells so by its `close`.
    }
  }

  function push(frame: Uint8Array): boolean {
    if (closing.signal.aborted) return false;
    if (state.kind === 'open') return take(state, frame);
    if (state.kind === 'shut') {
      if (performance.now() < state.untilMs) return false;
      const waiting: Uint8Array[] = [];
      state = { kind: 'opening', waiting, waitingBytes: 0 };
      void open(waiting);
    }
    return wait(state, frame);
  }

  function wait(opening: State & { kind: 'opening' }, frame: Uint8Array): boolean {
    if (opening.waitingBytes + frame.byteLength > options.waitingBytesMax) return false;
    opening.waiting.push(frame);
    opening.waitingBytes += frame.byteLength;
    return true;
  }

  return {
    push,
    close() {
      closing.abort();
      if (state.kind !== 'open') return;
      state.stream.abort(new Error('the channel is closed'));
    },
  };
}
