import type { UserRow } from '../store/rows.ts';
import { GitHubError, needsLogin } from './reply.ts';

/** One request, read and authenticated. */
export interface Call {
  readonly method: string;
  /** Decoded nothing yet: as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly user: UserRow | null;
  /** Tells readers apart: the hash of the token, or `anonymous`. */
  readonly reader: string;
}

export interface RouteCall extends Call {
  /** A part of the path by its name in the route's pattern, decoded. */
  param(name: string): string;
}

export function userOf(call: Call): UserRow {
  if (call.user === null) throw needsLogin();
  return call.user;
}

/** The body as a JSON object; an empty body is an empty object, as with GitHub. */
export function objectBody(call: Call): Record<string, unknown> {
  if (call.body.length === 0) return {};
  try {
    const value: unknown = JSON.parse(call.body.toString('utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return Object.fromEntries(Object.entries(value));
    }
  } catch (cause) {
    throw Object.assign(new GitHubError(400, 'Problems parsing JSON'), { cause });
  }
  throw new GitHubError(400, 'Body should be a JSON object');
}

/** The body as any JSON value (labels may come as a bare array). */
export function jsonBody(call: Call): unknown {
  if (call.body.length === 0) return {};
  try {
    return JSON.parse(call.body.toString('utf8'));
  } catch (cause) {
    throw Object.assign(new GitHubError(400, 'Problems parsing JSON'), { cause });
  }
}
