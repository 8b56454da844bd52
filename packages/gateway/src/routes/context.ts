import type { Asker, Operations } from '@bzzz/peer';
import type { Scope } from '@bzzz/protocol/api';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Caller } from '../access/guard.ts';
import { ProblemAnswer } from '../errors.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** What the routes need. */
export interface RouteDeps {
  readonly operations: Operations;
  /** Aborts when the client goes away or the gateway closes. */
  readonly signalOf: (reply: FastifyReply) => AbortSignal;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may: whoever has that scope, anybody with a key, or everybody. */
    readonly scope?: Scope | 'any' | 'none';
    /** The token of Prometheus opens it too. */
    readonly scraped?: boolean;
  }
  interface FastifyRequest {
    /** Null on routes that ask for no key. */
    caller: Caller | null;
  }
}

/** The errors that any route may answer with. */
export const problems = { '4xx': ProblemAnswer, '5xx': ProblemAnswer } as const;

export function askerOf(request: FastifyRequest, signal: AbortSignal): Asker {
  return { by: request.caller?.name ?? 'nobody', signal };
}
