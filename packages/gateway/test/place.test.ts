/** The port of the gateway is taken before the peer begins anything. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createControlClient, createLogger, createPeer, type OpenFace } from '@bzzz/peer';
import { Config, isBzzzError } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { openGateway } from '../src/index.ts';
import { onCleanup, startWorld, tempDir } from './support.ts';

const logger = createLogger({ level: 'silent', format: 'text' });

/** A port of loopback on which somebody else listens. */
async function takenPort(): Promise<string> {
  const other = createServer().listen({ host: '127.0.0.1', port: 0 });
  await once(other, 'listening');
  onCleanup(() => other.close());
  const at = other.address();
  if (at === null || typeof at === 'string') throw new Error('no port');
  return `127.0.0.1:${at.port}`;
}

const optionsOf = (listen: string, dataDir: string) => ({
  listen,
  dataDir,
  names: [],
  pageDir: null,
  nowMs: () => Date.now(),
});

describe('the place of the gateway', () => {
  it('which is taken ends the start before the peer has begun anything', async () => {
    const dataDir = await tempDir();
    const config = Config.parse({
      name: 'alpha',
      dataDir,
      mesh: { listen: ['/ip4/127.0.0.1/tcp/0'], mdns: false },
      liveness: { preset: 'local' },
    });
    const faceAt =
      (listen: string): OpenFace =>
      ({ logger: own }) =>
        openGateway({ logger: own }, optionsOf(listen, dataDir));
    const blocked = createPeer(config, { logger, face: faceAt(await takenPort()) });
    const refused = await blocked.start().catch((error: unknown) => error);
    expect(isBzzzError(refused) && refused.code).toBe('gateway_port_taken');
    await blocked.stop();

    // Its journal begins with the start that came to something.
    const peer = createPeer(config, { logger, face: faceAt('127.0.0.1:0') });
    onCleanup(() => peer.stop());
    await peer.start();
    const kinds: string[] = [];
    for await (const { entry } of createControlClient(dataDir).logs({ from: 0 })) {
      kinds.push(entry.body.kind);
    }
    expect(kinds.filter((kind) => kind === 'peer.started')).toHaveLength(1);
    expect(kinds).not.toContain('peer.stopped');
  });

  it('tells who comes early to come again, an upgrade too, and answers them afterwards', async () => {
    const world = await startWorld({
      async early(url) {
        const answer = await fetch(`${url}/api/v1/health`);
        expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
        expect(await answer.json()).toMatchObject({ code: 'gateway_starting', retryable: true });
        const socket = new WebSocket(`${url.replace('http', 'ws')}/api/v1/events`);
        const [, response] = await once(socket, 'unexpected-response');
        expect(response.statusCode).toBe(503);
        socket.once('error', () => undefined);
        socket.terminate();
      },
    });
    expect((await world.ask('/api/v1/health')).status).toBe(200);
    expect((await world.ask('/api/v1/status', { token: '' })).status).toBe(401);
  });

  it('a second gateway is refused the port of the first', async () => {
    const world = await startWorld();
    const listen = new URL(world.gateway.url).host;
    const second = openGateway({ logger }, optionsOf(listen, await tempDir()));
    const refused = await second.catch((error: unknown) => error);
    expect(isBzzzError(refused) && refused.code).toBe('gateway_port_taken');
  });
});
