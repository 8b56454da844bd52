/**
 * Hosts of a network of the test's own: each a network namespace, all on one switch. What is
 * announced there is heard by nobody else.
 */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { holdNamespace, insideOf, runInside } from './namespaces.ts';
import type { Stage } from './stage.ts';

const relay = fileURLToPath(new URL('./relay.ts', import.meta.url));

export interface Host {
  readonly address: string;
  /** What stands before a command to start it there. */
  readonly prefix: readonly string[];
}

/** As many hosts as asked for; on each the forge answers under its own URL. */
export async function startHosts(stage: Stage, count: number, forgeUrl: string): Promise<Host[]> {
  const port = new URL(forgeUrl).port;
  const socket = join(stage.dir, 'forge.sock');
  await leadTo(stage, socket, Number(port));
  const hub = await holdNamespace(stage, 'echo up; exec cat');
  await runInside(hub, 'ip link add hub type bridge mcast_snooping 0; ip link set hub up');
  const command = `ip link set lo up; exec "${process.execPath}" "${relay}" ${port} "${socket}"`;
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const pid = await holdNamespace(stage, command);
      const address = `10.78.0.${index + 1}`;
      const cable = `port${index + 1}`;
      await runInside(hub, `ip link add ${cable} type veth peer name eth0 netns ${pid}`);
      await runInside(hub, `ip link set ${cable} master hub; ip link set ${cable} up`);
      await runInside(pid, `ip addr add ${address}/24 dev eth0; ip link set eth0 up`);
      // mDNS needs a route that covers 224.0.0.0/4, and sends on the default route only.
      await runInside(pid, 'ip route add default via 10.78.0.254 dev eth0');
      return { address, prefix: insideOf(pid) };
    }),
  );
}

/** A way to the forge that no network namespace bars: a socket in the file system. */
async function leadTo(stage: Stage, socket: string, port: number): Promise<void> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    pipeline(near, far, () => undefined);
    pipeline(far, near, () => undefined);
  }).listen(socket);
  await once(server, 'listening');
  stage.defer(async () => {
    server.close();
  });
}
