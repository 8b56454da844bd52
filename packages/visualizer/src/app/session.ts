/** Who looks, and what he may do. */
import { type Scope, SessionAnswer } from '@bzzz/protocol/api';
import { z } from 'zod';
import { ask, Refusal } from '../live/api.ts';
import { tokenOfHash } from './token-in.ts';

export interface Session {
  readonly key: string;
  readonly scopes: readonly Scope[];
  readonly csrf: string | null;
}

/** The session that the browser has; null: none. */
export async function currentSession(): Promise<Session | null> {
  try {
    return await ask({ path: 'session', schema: SessionAnswer });
  } catch (error) {
    if (error instanceof Refusal && (error.status === 401 || error.status === 403)) return null;
    throw error;
  }
}

export function logIn(token: string): Promise<Session> {
  return ask({ method: 'POST', path: 'session', body: { token }, schema: SessionAnswer });
}

export async function logOut({ csrf }: Session): Promise<void> {
  await ask({ method: 'DELETE', path: 'session', csrf, schema: z.unknown() });
}

/**
 * The token of the link that `bzzz open` printed; null: the address has none, or an empty one. It does not stay
 * in the address bar or in the history.
 */
export function takeTokenOfAddress(): string | null {
  const { hash, pathname, search } = globalThis.location;
  const token = tokenOfHash(hash);
  if (token === null) return null;
  globalThis.history.replaceState(null, '', pathname + search);
  return token;
}
