/**
 * The port of the gateway, taken before the peer begins anything: one that is taken by somebody
 * else must end the start while nothing has happened yet. Who asks meanwhile is told to come again.
 */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { BzzzError, hostPortOf, reasonOf } from '@bzzz/protocol';
import { problemOf } from './errors.ts';

export interface Place {
  /** Where it listens, as a root for links. */
  readonly url: string;
  /** From now on whoever asks is answered by this server, which does not listen itself. */
  giveTo(inner: Server): void;
  close(): Promise<void>;
}

/** As fastify has it for the servers that it makes itself. */
const times = { requestTimeout: 30_000, keepAliveTimeout: 72_000 };

/** Throws `config_invalid`, `gateway_port_taken`, `gateway_unusable`. */
export async function takePlace(address: string): Promise<Place> {
  const at = hostPortOf(address);
  if (at === null) throw new BzzzError('config_invalid', `${address} is not host:port`);
  const server = createServer(times);
  // Upgrades come here too as long as nobody listens to them.
  server.on('request', (_request, response) => refuse(response));
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(at, resolve);
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const ours = code === 'EADDRINUSE' ? 'gateway_port_taken' : 'gateway_unusable';
    throw new BzzzError(ours, `${address}: ${reasonOf(error)}`, { cause: error });
  }
  return {
    url: urlOf(server),
    giveTo(inner) {
      server.removeAllListeners('request');
      for (const event of ['request', 'upgrade', 'clientError'] as const) {
        server.on(event, (...args: unknown[]) => void inner.emit(event, ...args));
      }
    },
    close: () => closed(server),
  };
}

function refuse(response: ServerResponse): void {
  const error = new BzzzError('gateway_starting', 'the peer is starting');
  response.writeHead(error.status, {
    'content-type': 'application/problem+json',
    'retry-after': '1',
    // The connection is not kept for the server that comes after.
    connection: 'close',
  });
  response.end(JSON.stringify(problemOf(error)));
}

function urlOf(server: Server): string {
  const at = server.address();
  if (at === null || typeof at === 'string') {
    throw new BzzzError('gateway_unusable', 'it listens nowhere');
  }
  // Of all addresses, the one that a link from this machine can name.
  const address = { '0.0.0.0': '127.0.0.1', '::': '::1' }[at.address] ?? at.address;
  const host = at.family === 'IPv6' ? `[${address}]` : address;
  return `http://${host}:${at.port}`;
}

async function closed(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    // A connection that is kept open must not hold up the end of the peer.
    server.closeAllConnections();
  });
}
