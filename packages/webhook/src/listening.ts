import type { Server } from 'node:http';
import { BzzzError, hostPortOf, reasonOf } from '@bzzz/protocol';

/** Resolves with the `host:port` that was got. Throws `webhook_listen_failed`. */
export async function listenOn(server: Server, listen: string): Promise<string> {
  const wanted = hostPortOf(listen);
  if (wanted === null) throw failed(`${listen} is not host:port`);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once('error', reject);
  server.listen({ ...wanted, exclusive: true }, resolve);
  try {
    await promise;
  } catch (error) {
    throw failed(`webhook.listen ${listen}: ${reasonOf(error)}`, error);
  } finally {
    server.off('error', reject);
  }
  return addressOf(server) ?? listen;
}

function addressOf(server: Server): string | null {
  const got = server.address();
  if (got === null || typeof got === 'string') return null;
  return got.family === 'IPv6' ? `[${got.address}]:${got.port}` : `${got.address}:${got.port}`;
}

function failed(reason: string, cause?: unknown): BzzzError {
  return new BzzzError('webhook_listen_failed', reason, { cause });
}
