/**
 * The page's way in: a token once, then a cookie. The journal is kept for ever and copied to every peer, and a
 * session can do no more than its key can without one: so who comes and goes is logged, or else a key that only
 * views could write as much into all journals as it likes. What is changed in a session stands there like the rest.
 */
import type { Logger } from '@bzzz/peer';
import { BzzzError } from '@bzzz/protocol';
import { LoginRequest, SessionAnswer } from '@bzzz/protocol/api';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sessionCookieOf } from '../access/guard.ts';
import type { Keys } from '../access/keys.ts';
import type { Sessions } from '../access/sessions.ts';
import { hashOf } from '../access/token.ts';
import { type App, problems } from './context.ts';

export interface SessionDeps {
  readonly keys: Pick<Keys, 'of'>;
  readonly sessions: Sessions;
  readonly logger: Pick<Logger, 'info'>;
}

/** Tries to log in, of one address in a minute. Nobody guesses a token; this bounds what the tries cost. */
const triesMax = 120;

export function session(app: App, { keys, sessions, logger }: SessionDeps): void {
  app.post(
    '/api/v1/session',
    {
      config: { scope: 'none', rateLimit: { max: triesMax, timeWindow: 60_000 } },
      schema: {
        summary: 'Opens a session for the page',
        body: LoginRequest,
        response: { 200: SessionAnswer, ...problems },
      },
    },
    async (request, reply) => {
      const { body, headers, protocol } = request;
      const key = await keys.of(body.token);
      if (key === undefined) throw new BzzzError('gateway_unauthorized', 'the token is of no key');
      const { id, csrf } = sessions.open(hashOf(body.token));
      logger.info('somebody logged in', { key: key.name });
      void reply.setCookie(sessionCookieOf(request), id, {
        path: '/',
        httpOnly: true,
        sameSite: 'strict',
        // Behind a proxy that speaks TLS only the page's own address tells.
        secure: protocol === 'https' || headers.origin?.startsWith('https:') === true,
      });
      return { key: key.name, scopes: [...key.scopes], csrf };
    },
  );
  app.get(
    '/api/v1/session',
    {
      config: { scope: 'any' },
      schema: { summary: 'Who asks', response: { 200: SessionAnswer, ...problems } },
    },
    (request) => {
      const { name, scopes, session } = callerOf(request);
      return { key: name, scopes: [...scopes], csrf: session?.csrf ?? null };
    },
  );
  app.delete(
    '/api/v1/session',
    {
      config: { scope: 'any' },
      schema: { summary: 'Ends the session', response: { 204: z.null(), ...problems } },
    },
    async (request, reply) => {
      const { name, session } = callerOf(request);
      if (session !== null) {
        sessions.close(session.id);
        logger.info('somebody logged out', { key: name });
      }
      return reply.clearCookie(sessionCookieOf(request), { path: '/' }).code(204).send(null);
    },
  );
}

function callerOf({ caller }: FastifyRequest) {
  if (caller === null) throw new BzzzError('gateway_unauthorized', 'no key came with the request');
  return caller;
}
