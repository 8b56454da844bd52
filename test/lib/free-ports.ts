import { once } from 'node:events';
import { createServer } from 'node:net';
import { z } from 'zod';

const Address = z.object({ port: z.number() });

/** Ports of loopback that were free a moment ago, all different; what is restarted must be found where it was. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => Address.parse(server.address()).port);
  for (const server of servers) {
    server.close();
    await once(server, 'close');
  }
  return ports;
}
