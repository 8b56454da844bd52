/** The one stream of events, in two dresses: server-sent events, and messages of a WebSocket. */
import { Readable } from 'node:stream';
import { isBzzzError, reasonOf } from '@bzzz/protocol';
import { EventsQuery, type StreamEvent } from '@bzzz/protocol/api';
import type { Logger } from '@bzzz/peer';
import type { FastifyRequest } from 'fastify';
import type { Guard } from '../access/guard.ts';
import { errorOf } from '../errors.ts';
import { type App, problems, type RouteDeps } from '../routes/context.ts';
import { z } from 'zod';
import { whileAdmitted } from './admitted.ts';
import { textOf } from './event-text.ts';
import { type Socket, sendEvents } from './socket.ts';

export interface EventsDeps extends RouteDeps {
  readonly logger: Pick<Logger, 'warn'>;
  readonly guard: Pick<Guard, 'admit'>;
  /** How often whoever reads is looked at again. */
  readonly readmitMs: number;
}

export function events(app: App, deps: EventsDeps): void {
  const { operations, signalOf, logger, guard, readmitMs } = deps;
  const admitted = (signal: AbortSignal, request: FastifyRequest) =>
    whileAdmitted(signal, { admit: () => guard.admit(request, 'view'), everyMs: readmitMs });

  app.route({
    method: 'GET',
    url: '/api/v1/events',
    config: { scope: 'view' },
    schema: {
      summary: 'How things stand, then what happens',
      description:
        'Server-sent events; messages of a WebSocket where the request asks for one. Each is one `StreamEvent`.',
      querystring: EventsQuery,
      // One after the other, as lines of `data:`.
      response: { 200: z.unknown(), ...problems },
    },
    handler(request, reply) {
      const { query, headers } = request;
      // What a browser sends when it connects again by itself.
      const last = headers['last-event-id'];
      const after = typeof last === 'string' && last !== '' ? last : query.after;
      const asked = { last: query.last, ...(after === undefined ? {} : { after }) };
      const lines = asText(operations.events(asked, admitted(signalOf(reply), request)));
      void reply
        .header('cache-control', 'no-store')
        .header('x-accel-buffering', 'no')
        .type('text/event-stream');
      return reply.send(Readable.from(lines, { objectMode: false, highWaterMark: 64 * 1024 }));
    },
    wsHandler(socket: Socket, request) {
      const gone = new AbortController();
      socket.on('close', () => gone.abort());
      socket.on('error', () => gone.abort());
      const query = EventsQuery.parse(request.query);
      const told = operations.events(query, admitted(gone.signal, request));
      sendEvents({ socket, wire: request.raw.socket }, told).catch((error: unknown) => {
        const { code } = errorOf(error);
        if (!gone.signal.aborted)
          logger.warn('a stream of events broke', { reason: reasonOf(error) });
        socket.close(1011, code);
      });
    },
  });
}

async function* asText(stream: AsyncIterable<StreamEvent>): AsyncIterable<string> {
  // At once, so that the other side knows that it is heard.
  yield 'retry: 1000\n\n';
  try {
    for await (const event of stream) {
      const id = 'position' in event ? `id: ${event.position}\n` : '';
      yield `${id}data: ${textOf(event)}\n\n`;
    }
  } catch (error) {
    // Whoever reads sees an end, and comes again.
    if (!isBzzzError(error)) throw error;
  }
}
