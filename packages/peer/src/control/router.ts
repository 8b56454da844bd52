import type { IncomingMessage, ServerResponse } from 'node:http';
import { BzzzError, complaints, UserName } from '@bzzz/protocol';
import type { z } from 'zod';

/** One request, its parts not yet parsed. */
export interface Call {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
  /** What came as JSON; undefined without a body. */
  readonly body: unknown;
  /** Who says it, by the word of the command; null: it does not tell. */
  readonly user: string | null;
  /** Aborts when the client goes away or the server closes. */
  readonly signal: AbortSignal;
}

/** Either one value, or lines of JSON until the iteration ends. */
type Answer =
  | { readonly value: unknown; readonly status?: number }
  | { readonly lines: AsyncIterable<unknown> };

export interface Route {
  readonly method: 'GET' | 'POST';
  /** `/tasks/:id` */
  readonly path: string;
  handle(call: Call): Promise<Answer> | Answer;
}

export interface Matched {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
}

/** Throws `control_route_unknown`. */
export function findRoute(
  routes: readonly Route[],
  request: { method: string; pathname: string },
): Matched {
  for (const route of routes) {
    if (route.method !== request.method) continue;
    const params = match(route.path, request.pathname);
    if (params !== null) return { route, params };
  }
  throw new BzzzError('control_route_unknown', `${request.method} ${request.pathname}`);
}

/** Throws `control_request_invalid`. */
export function parseRequest<S extends z.ZodType>(schema: S, value: unknown): z.output<S> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  throw new BzzzError('control_request_invalid', complaints(result.error));
}

/** The header in which a command says who types it, percent-encoded: headers are not Unicode. */
export const userHeader = 'bzzz-user';

/** A name that nobody can have is none: whoever asks is not turned away for it. */
export function userOf({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
  const said = headers[userHeader];
  if (typeof said !== 'string') return null;
  const { data = null } = UserName.safeParse(decodedOr(said, ''));
  return data;
}

/**
 * The body of a request as JSON. Throws `message_too_large`, `control_request_invalid`.
 */
export async function readBody(request: IncomingMessage, bytesMax: number): Promise<unknown> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of request) {
    // An HTTP body without an encoding comes as buffers.
    const buffer = piece as Buffer;
    bytes += buffer.byteLength;
    if (bytes > bytesMax) {
      throw new BzzzError('message_too_large', `the request has over ${bytesMax} bytes`);
    }
    pieces.push(buffer);
  }
  if (bytes === 0) return undefined;
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'));
  } catch (error) {
    throw new BzzzError('control_request_invalid', 'the body is not JSON', { cause: error });
  }
}

/** Writes lines as fast as the client takes them, and no faster. */
export async function writeLines(
  response: ServerResponse,
  lines: AsyncIterable<unknown>,
  signal: AbortSignal,
): Promise<void> {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  for await (const line of lines) {
    if (signal.aborted) break;
    if (!response.write(`${JSON.stringify(line)}\n`)) await drained(response, signal);
  }
  response.end();
}

function drained(response: ServerResponse, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = () => resolve();
  response.once('drain', done);
  signal.addEventListener('abort', done, { once: true });
  if (signal.aborted) resolve();
  return promise.finally(() => {
    response.off('drain', done);
    signal.removeEventListener('abort', done);
  });
}

function match(pattern: string, pathname: string): Record<string, string> | null {
  const wanted = pattern.split('/');
  const given = pathname.split('/');
  if (wanted.length !== given.length) return null;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const text = given[index] ?? '';
    if (part.startsWith(':')) params[part.slice(1)] = decoded(text);
    else if (part !== text) return null;
  }
  return params;
}

function decodedOr(text: string, other: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return other;
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new BzzzError('control_request_invalid', 'the path is not percent-encoded', {
      cause: error,
    });
  }
}
