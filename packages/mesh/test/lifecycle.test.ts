import { createServer, type Server } from 'node:net';
import { type ErrorCode, isBzzzError, topics } from '@bzzz/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createIdentity, createMesh, type MeshOptions } from '../src/index.ts';
import { allConnected, createFleet, freshName, loopback, probeProtocol, until } from './support.ts';

const fleet = createFleet();
const servers: Server[] = [];

afterEach(async () => {
  await fleet.stopAll();
  for (const server of servers.splice(0)) server.close();
});

describe('start and stop', () => {
  it('can be called twice, together, and again', async () => {
    const mesh = await fleet.add({ name: freshName() });
    expect(mesh.multiaddrs()).toEqual([]);
    await Promise.all([mesh.start(), mesh.start()]);
    const [address] = mesh.multiaddrs();
    expect(address).toContain(`/p2p/${mesh.peer}`);
    await mesh.start();
    expect(mesh.multiaddrs()).toEqual([address]);
    await Promise.all([mesh.stop(), mesh.stop()]);
    expect(mesh.multiaddrs()).toEqual([]);
    await mesh.start();
    expect(mesh.multiaddrs().length).toBe(1);
  });

  it('tells of the connections that end with it, and keeps handlers over a restart', async () => {
    const name = freshName();
    const first = await fleet.add({ name });
    first.handle(probeProtocol, async () => ({ connected: true }));
    await first.start();
    const second = await fleet.add({ name, bootstrap: first.multiaddrs() });
    await second.start();
    await until('the two are connected', () => allConnected([first, second]));
    const closed: string[] = [];
    second.onConnection(({ peer, open }) => {
      if (!open) closed.push(peer);
    });
    await second.stop();
    expect(closed).toEqual([first.peer]);
    expect(second.connected()).toEqual([]);
    await second.start();
    await until('they are connected again', () => allConnected([first, second]));
    const { peer } = second;
    const answer = await second.request(probeProtocol, first.peer, { target: peer });
    expect(answer).toEqual({ connected: true });
  });

  it('says `stopped` to whoever asks when it does not run', async () => {
    const mesh = await fleet.add({ name: freshName() });
    const { peer } = await createIdentity();
    const note = { kind: 'alive', peer, incarnation: 0 } as const;
    const ask = async () => [
      await codeOf(() => mesh.publish(topics.health, note)),
      await codeOf(() => mesh.request(probeProtocol, peer, { target: peer })),
      await codeOf(() => mesh.openStream(peer, { name: 'raw', version: 1 })),
    ];
    expect(await ask()).toEqual(['stopped', 'stopped', 'stopped']);
    await mesh.start();
    await mesh.stop();
    expect(await ask()).toEqual(['stopped', 'stopped', 'stopped']);
  });

  it('lets go of a request that waits', async () => {
    const name = freshName();
    const first = await fleet.add({ name });
    let called = false;
    first.handle(probeProtocol, () => {
      called = true;
      return new Promise(() => {});
    });
    await first.start();
    const second = await fleet.add({ name, bootstrap: first.multiaddrs() });
    await second.start();
    await until('the two are connected', () => allConnected([first, second]));
    const outcome = codeOf(() =>
      second.request(probeProtocol, first.peer, { target: second.peer }),
    );
    await until('the handler is called', () => called);
    await second.stop();
    expect(await outcome).toBe('stopped');
  });
});

describe('what cannot start', () => {
  it('says that the port is taken, and leaves nothing behind', async () => {
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const listen = [loopback, `/ip4/127.0.0.1/tcp/${port}`];
    const mesh = await fleet.add({ name: freshName(), listen });
    expect(await codeOf(() => mesh.start())).toBe('port_taken');
    expect(mesh.multiaddrs()).toEqual([]);
    await new Promise((resolve) => server.close(resolve));
    await mesh.start();
    expect(mesh.multiaddrs().length).toBe(2);
  });

  it('says that an address is not of this machine', async () => {
    // TEST-NET-1 (RFC 5737): nobody's.
    const mesh = await fleet.add({ name: freshName(), listen: ['/ip4/192.0.2.1/tcp/0'] });
    expect(await codeOf(() => mesh.start())).toBe('config_invalid');
  });

  it.each<[string, Partial<MeshOptions>]>([
    ['a key that is too short', { key: 'ab' }],
    ['a key in capitals', { key: 'AB'.repeat(32) }],
    ['an address that is none', { listen: ['127.0.0.1:4801'] }],
    ['a bootstrap that is none', { bootstrap: ['/ip4/nowhere/tcp/1'] }],
  ])('refuses %s', async (_, bad) => {
    const identity = await createIdentity();
    const create = () => createMesh({ identity }, { name: freshName(), listen: [], ...bad });
    expect(await codeOf(async () => create())).toBe('config_invalid');
  });
});

async function codeOf(work: () => Promise<unknown>): Promise<ErrorCode | 'done'> {
  try {
    await work();
    return 'done';
  } catch (error) {
    if (isBzzzError(error)) return error.code;
    throw error;
  }
}
