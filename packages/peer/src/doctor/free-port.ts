import { createServer } from 'node:net';

/** Null: it is free. */
export function whyNotFree(at: { readonly host: string; readonly port: number }) {
  const { promise, resolve } = Promise.withResolvers<string | null>();
  const server = createServer();
  server.once('error', (error) => resolve(error.message));
  server.listen({ ...at, exclusive: true }, () => server.close(() => resolve(null)));
  return promise;
}
