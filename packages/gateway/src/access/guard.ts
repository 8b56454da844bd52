/** Who asks, and whether they may. Runs before anything of a request is looked at. */
import { timingSafeEqual } from 'node:crypto';
import { BzzzError, hostPortOf } from '@bzzz/protocol';
import type { Scope } from '@bzzz/protocol/api';
import type { FastifyRequest } from 'fastify';
import type { Key, Keys } from './keys.ts';
import { assertOrigin } from './origin.ts';
import type { Sessions } from './sessions.ts';

export interface Caller extends Key {
  /** Null: no session, but a token with each request. */
  readonly session: { readonly id: string; readonly csrf: string } | null;
}

export interface Guard {
  /** Throws `gateway_host_unknown`, `gateway_origin_refused`. */
  assertOrigin(request: FastifyRequest): void;
  /** Throws `gateway_unauthorized`, `gateway_csrf`, `gateway_scope_missing`. */
  admit(request: FastifyRequest, scope: Scope | 'any'): Promise<Caller>;
}

export interface GuardDeps {
  readonly keys: Pick<Keys, 'of' | 'ofHash'>;
  readonly sessions: Pick<Sessions, 'find'>;
}

/** Cookies know no ports, and several peers may be on one machine: each has a cookie of its own. */
export function sessionCookieOf({ headers }: Pick<FastifyRequest, 'headers'>): string {
  const port = hostPortOf(headers.host ?? '')?.port;
  return port === undefined ? 'bzzz-session' : `bzzz-session-${port}`;
}

export function createGuard(
  { keys, sessions }: GuardDeps,
  { names }: { readonly names: ReadonlySet<string> },
): Guard {
  async function callerOf(request: FastifyRequest): Promise<Caller | undefined> {
    const bearer = /^Bearer (\S{1,200})$/i.exec(request.headers.authorization ?? '')?.[1];
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

function isChange(method: string): boolean {
  return method !== 'GET' && method !== 'HEAD';
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.byteLength === right.byteLength && timingSafeEqual(left, right);
}
