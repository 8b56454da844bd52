/** Requests between virtual peers, with the ends that a real stream can come to. */
import { BzzzError, type PeerId, type RequestProtocol } from '@bzzz/protocol';
import type { Said } from './releases.ts';
import type { Timeline } from './timeline.ts';

/** Answers a request, or throws why it will not. */
type Answerer = (
  from: PeerId,
  message: unknown,
  options: { signal: AbortSignal },
) => Promise<unknown>;

/** The requests that one peer answers. */
export interface Desk {
  readonly handlers: Map<string, Answerer>;
  /** Throws `mesh_refused` beyond the limits of the protocol, or when nobody answers it. */
  answer<Q, R>(
    protocol: RequestProtocol<Q, R>,
    question: Question<Q, R>,
    signal: AbortSignal,
  ): Promise<Said<R>>;
}

interface Question<Q, R> {
  readonly from: PeerId;
  /** Undefined: it is no request of this protocol. */
  readonly message: Q | undefined;
  /** Throws when the answer does not fit. */
  readonly write: (answer: R) => Said<R>;
}

export function createDesk(timeline: Timeline): Desk {
  const handlers = new Map<string, Answerer>();
  const open = new Map<string, number>();
  const lately = new Map<string, number[]>();

  function admit(key: string, { inFlightMax, requestsPerSecondMax }: Limits): void {
    const sinceMs = timeline.nowMs() - 1_000;
    const recent = (lately.get(key) ?? []).filter((atMs) => atMs > sinceMs);
    if (recent.length >= requestsPerSecondMax) throw refused('too many requests a second');
    if ((open.get(key) ?? 0) >= inFlightMax) throw refused('too many open requests');
    lately.set(key, [...recent, timeline.nowMs()]);
    open.set(key, (open.get(key) ?? 0) + 1);
  }

  return {
    handlers,
    async answer<Q, R>(
      protocol: RequestProtocol<Q, R>,
      { from, message, write }: Question<Q, R>,
      signal: AbortSignal,
    ) {
      const handler = handlers.get(protocol.name);
      if (handler === undefined) throw refused(`does not speak ${protocol.name}`);
      const key = `${protocol.name} ${from}`;
      admit(key, protocol);
      try {
        if (message === undefined) throw refused('not a request of this protocol');
        // Sound: the handler of this protocol answers with its response.
        return write((await handler(from, message, { signal })) as R);
      } catch (error) {
        throw refused(String(error));
      } finally {
        open.set(key, (open.get(key) ?? 1) - 1);
      }
    },
  };
}

function refused(reason: string): BzzzError {
  return new BzzzError('mesh_refused', reason);
}

type Limits = Pick<RequestProtocol<never, never>, 'inFlightMax' | 'requestsPerSecondMax'>;
