/** The forge on a host of its own. The test, which is on no host, reaches it by a socket. */
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type ForgeProcess, startForge, type World } from '../e2e/harness/forge.ts';
import type { Stage } from '../e2e/harness/stage.ts';
import type { Host } from './net/lan.ts';

const forward = fileURLToPath(new URL('./net/forward.ts', import.meta.url));

export interface PlacedForge {
  /** As the test sees it. */
  readonly forge: ForgeProcess;
  /** As the peers do. */
  readonly url: string;
}

/** The forge itself is on loopback, and has the same port on its host as here. */
export async function startForgeOn(stage: Stage, host: Host, world: World): Promise<PlacedForge> {
  const socket = join(stage.dir, 'forge.sock');
  const port = await leadTo(stage, socket);
  const loopback = `127.0.0.1:${port}`;
  const outside = `${host.address()}:${port}`;
  const ways = [socket, loopback, outside, loopback];
  const gate = await stage.start('forge-gate', {
    argv: [...host.prefix, process.execPath, forward, ...ways],
  });
  await stage.until('the gate of the forge listens', async () =>
    (await gate.output()).includes('listening'),
  );
  const forge = await startForge(stage, world, { prefix: host.prefix, port });
  return { forge, url: `http://${outside}` };
}

/** A port of this machine's loopback that leads to the socket. */
async function leadTo(stage: Stage, socket: string): Promise<number> {
  const server = createServer((near) => {
    const far = connect(socket);
    pipeline(near, far, () => undefined);
    pipeline(far, near, () => undefined);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  stage.defer(async () => void server.close());
  return z.object({ port: z.number() }).parse(server.address()).port;
}
