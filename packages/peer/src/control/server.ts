/** HTTP on a unix socket: how the command line talks to the running peer. */
import { chmod, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { BzzzError, isBzzzError, limits, reasonOf } from '@bzzz/protocol';
import type { Logger } from '../logger.ts';
import { findRoute, readBody, type Route, userOf, writeLines } from './router.ts';

export interface ControlServer {
  /** Ends what is under way, following clients too. Idempotent. */
  close(): Promise<void>;
}

export interface ControlServerOptions {
  readonly path: string;
  readonly routes: readonly Route[];
}

/**
 * The caller holds the lock of the data folder, so a socket that is there already is left over.
 * Throws `peer_folder_unusable`.
 */
export async function startControlServer(
  { logger }: { logger: Logger },
  { path, routes }: ControlServerOptions,
): Promise<ControlServer> {
  const closing = new AbortController();
  const server = createServer((request, response) => {
    answer({ request, response, routes, closing: closing.signal }).catch((error: unknown) => {
      logger.error('a control request could not be answered', { reason: reasonOf(error) });
      response.destroy();
    });
  });
  await rm(path, { force: true });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, () => {
        server.off('error', reject);
        resolve();
      });
    });
    await chmod(path, 0o600);
  } catch (error) {
    server.close();
    throw new BzzzError('peer_folder_unusable', `${path}: ${reasonOf(error)}`, { cause: error });
  }
  let closed: Promise<void> | undefined;
  const close = async () => {
    closing.abort(new BzzzError('stopped', 'the peer is stopping'));
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
    await rm(path, { force: true });
  };
  return { close: () => (closed ??= close()) };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly routes: readonly Route[];
  readonly closing: AbortSignal;
}

async function answer({ request, response, routes, closing }: Exchange): Promise<void> {
  // A connection kept open for later requests would hold up the end of the peer.
  response.shouldKeepAlive = false;
  const gone = new AbortController();
  response.once('close', () => gone.abort(new BzzzError('aborted', 'the client went away')));
  const signal = AbortSignal.any([gone.signal, closing]);
  try {
    const url = new URL(request.url ?? '/', 'http://peer');
    const { method = 'GET' } = request;
    const { route, params } = findRoute(routes, { method, pathname: url.pathname });
    const body = await readBody(request, limits.controlMessageBytesMax);
    const query = Object.fromEntries(url.searchParams);
    const result = await route.handle({ params, query, body, user: userOf(request), signal });
    if ('lines' in result) await writeLines(response, result.lines, signal);
    else writeJson(response, result.status ?? 200, result.value);
  } catch (error) {
    // Nobody is left to tell, or the answer is under way and can only be cut off.
    if (gone.signal.aborted || response.headersSent) response.destroy();
    else writeError(response, error);
  }
}

function writeError(response: ServerResponse, error: unknown): void {
  if (isBzzzError(error)) {
    const { code, reason, advice, retryable, status } = error;
    writeJson(response, status, { code, reason, advice, retryable });
    return;
  }
  const advice = 'A defect in bzzz: please report it with the logs of this peer.';
  writeJson(response, 500, { code: 'defect', reason: reasonOf(error), advice, retryable: false });
}

function writeJson(response: ServerResponse, status: number, value: unknown): void {
  const text = JSON.stringify(value);
  response.writeHead(status, {
    'content-type': status < 400 ? 'application/json' : 'application/problem+json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
