/** Who asks, and whether they may. Runs before anything of a request is looked at. */
import { BzzzError, hostPortOf } from '@bzzz/protocol';
import type { Scope } from '@bzzz/protocol/api';
import type { FastifyRequest } from 'fastify';
import type { Key, Keys } from './keys.ts';
import { assertOrigin } from './origin.ts';
import type { Scraper } from './scraper.ts';
import type { Sessions } from './sessions.ts';
import { isSame } from './token.ts';

export interface Caller extends Key {
  /** Null: no session, but a token with each request. */
  readonly session: { readonly id: string; readonly csrf: string } | null;
}

export interface Guard {
  /** Throws `gateway_host_unknown`, `gateway_origin_refused`. */
  assertOrigin(request: FastifyRequest): void;
  /** Throws `gateway_unauthorized`, `gateway_csrf`, `gateway_scope_missing`. */
  admit(request: FastifyRequest, scope: Scope | 'any'): Promise<Caller>;
  /** Whether it comes with the token of Prometheus, which opens no other route. */
  isScraper(request: FastifyRequest): Promise<boolean>;
}

export interface GuardDeps {
  readonly keys: Pick<Keys, 'of' | 'ofHash'>;
  readonly sessions: Pick<Sessions, 'find'>;
  readonly scraper: Scraper;
}

/** Cookies know no ports, and several peers may be on one machine: each has a cookie of its own. */
export function sessionCookieOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const port = hostPortOf(headers.host ?? '')?.port;
  return port === undefined ? 'bzzz-session' : `bzzz-session-${port}`;
}

export function createGuard(
  { keys, sessions, scraper }: GuardDeps,
  { names }: { readonly names: ReadonlySet<string> },
): Guard {
  async function callerOf(request: FastifyRequest): Promise<Caller | undefined> {
    const bearer = bearerOf(request);
    if (bearer !== undefined) {
      const key = await keys.of(bearer);
      return key && { name: key.name, scopes: key.scopes, session: null };
    }
    const id = request.cookies[sessionCookieOf(request)];
    const session = id === undefined ? undefined : sessions.find(id);
    if (id === undefined || session === undefined) return undefined;
    const key = await keys.ofHash(session.tokenSha256);
    if (key === undefined) return undefined;
    const { name, scopes } = key;
    return { name, scopes, session: { id, csrf: session.csrf } };
  }

  return {
    assertOrigin: ({ headers }) =>
      assertOrigin({ host: headers.host, origin: headers.origin }, names),
    async isScraper(request) {
      const bearer = bearerOf(request);
      return bearer !== undefined && scraper.isIt(bearer);
    },
    async admit(request, scope) {
      const caller = await callerOf(request);
      if (caller === undefined) {
        throw new BzzzError('gateway_unauthorized', 'no key that is known came with the request');
      }
      const { session, name, scopes } = caller;
      if (session !== null && isChange(request.method)) {
        const said = request.headers['x-bzzz-csrf'];
        if (typeof said !== 'string' || !isSame(said, session.csrf)) {
          throw new BzzzError('gateway_csrf', 'the header x-bzzz-csrf is not that of the session');
        }
      }
      if (scope !== 'any' && !scopes.includes(scope)) {
        throw new BzzzError('gateway_scope_missing', `the key ${name} may not ${scope}`);
      }
      return caller;
    },
  };
}

function bearerOf({ headers }: FastifyRequest): string | undefined {
  return /^Bearer (\S{1,200})$/i.exec(headers.authorization ?? '')?.[1];
}

function isChange(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}
