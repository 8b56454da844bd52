import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { GitHubError } from './reply.ts';
import type { Reply } from './reply.ts';

/** A request as it came in, its body read. */
export interface RawRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** A reply, or `reset`: the connection is cut without one. */
export type Answer = Reply | 'reset';

export interface FrontServer {
  readonly port: number;
  /**
   * Takes no more requests and ends when those under way are answered. After `graceMs` it calls
   * `cut`, which must end what still runs, and closes every connection.
   */
  stop(options: { readonly graceMs: number; readonly cut: () => void }): Promise<void>;
}

export async function startServer(options: {
  readonly host: string;
  readonly port: number;
  readonly bodyBytesMax: number;
  readonly answer: (request: RawRequest) => Promise<Answer>;
  readonly onDefect: (error: unknown) => void;
}): Promise<FrontServer> {
  const underWay = new Set<Promise<void>>();
  const server = createServer({ keepAliveTimeout: 30_000 }, (request, response) => {
    const work = handle(request, response, options).finally(() => underWay.delete(work));
    underWay.add(work);
  });
  await listening(server, options);
  return {
    port: (server.address() as AddressInfo).port, // bound to a TCP port, never to a pipe
    async stop({ graceMs, cut }) {
      const closed = new Promise<void>((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
      });
      server.closeIdleConnections();
      const timer = new AbortController();
      const grace = sleep(graceMs, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([Promise.allSettled(underWay), grace]);
      timer.abort();
      cut();
      server.closeAllConnections();
      await Promise.allSettled(underWay);
      await closed;
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  options: Parameters<typeof startServer>[0],
): Promise<void> {
  try {
    const raw = await readRequest(request, options.bodyBytesMax);
    const answer = await options.answer(raw);
    if (answer === 'reset') request.socket.resetAndDestroy();
    else await send(request, response, answer);
  } catch (error) {
    if (request.socket.destroyed) return;
    if (!(error instanceof GitHubError)) options.onDefect(error);
    const status = error instanceof GitHubError ? error.status : 500;
    const message = error instanceof GitHubError ? error.message : 'Server Error';
    if (response.headersSent) request.socket.destroy();
    else {
      response.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
      response.end(JSON.stringify({ message, status: String(status) }));
    }
  }
}

async function readRequest(request: IncomingMessage, bodyBytesMax: number): Promise<RawRequest> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) throw new GitHubError(413, 'Payload too large');
    chunks.push(chunk);
  }
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(', ') : (value ?? ''),
  ]);
  const url = URL.parse(request.url ?? '/', 'http://forge');
  if (url === null) throw new GitHubError(400, 'Bad request');
  return {
    method: request.method ?? 'GET',
    url,
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
  };
}

function send(request: IncomingMessage, response: ServerResponse, reply: Reply): Promise<void> {
  return new Promise((resolve) => {
    // The client has gone while its request took effect: nobody is left to tell.
    if (request.socket.destroyed) {
      resolve();
      return;
    }
    response.on('close', resolve);
    const length = reply.status === 304 ? {} : { 'content-length': String(reply.body.length) };
    response.writeHead(reply.status, { ...reply.headers, ...(reply.status === 204 ? {} : length) });
    response.end(request.method === 'HEAD' ? undefined : reply.body);
  });
}

function listening(
  server: Server,
  at: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}
