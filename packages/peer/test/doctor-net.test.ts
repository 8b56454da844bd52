/** What keeps a peer from others, told from the cable up: each cause made for real. */
import { once } from 'node:events';
import { createServer as createWebServer } from 'node:http';
import { createServer, type Server, type Socket } from 'node:net';
import { createIdentity, createMesh, type MeshService } from '@bzzz/mesh';
import {
  Config,
  MeshName,
  verifyProtocol,
  heartbeatChannel,
  helpProtocol,
  journalProtocol,
} from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { checkAddress } from '../src/doctor/net/address.ts';
import { diagnoseNet } from '../src/doctor/net/net.ts';
import { onCleanup } from './support.ts';

const name = MeshName.parse('net-test');
const key = 'a1'.repeat(32);
const former = 'b2'.repeat(32);

/** A peer of the mesh as far as the network is concerned. */
async function peerWith(networkKey: string, { isWhole = true } = {}): Promise<MeshService> {
  const identity = await createIdentity();
  const mesh = createMesh(
    { identity },
    { name, key: networkKey, listen: ['/ip4/127.0.0.1/tcp/0'] },
  );
  mesh.handle(verifyProtocol, async () => ({ kind: 'working' }));
  if (isWhole) {
    mesh.receive(heartbeatChannel, () => undefined);
    mesh.handle(helpProtocol, async () => {
      throw new Error('not asked here');
    });
    mesh.handleStream(journalProtocol, () => undefined);
  }
  await mesh.start();
  onCleanup(() => mesh.stop());
  return mesh;
}

function at(mesh: MeshService): string {
  return mesh.multiaddrs()[0] ?? '';
}

async function listening(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onCleanup(() => server.close());
  const address = server.address();
  return `/ip4/127.0.0.1/tcp/${typeof address === 'object' ? address?.port : ''}`;
}

const look = (address: string, keys: readonly string[] = [key]) =>
  checkAddress(address, { name, keys });

describe('an address of another peer', () => {
  it('is good where a peer of this mesh and release answers, also by the key before', async () => {
    const mesh = await peerWith(key);
    const found = await look(at(mesh));
    expect(found).toMatchObject({ ok: true, advice: null });
    expect(found.detail).toContain(mesh.peer);
    expect(await look(at(mesh), [former, key])).toMatchObject({ ok: true });
  });

  it('where nothing listens is said to be so', async () => {
    const refused = await look('/ip4/127.0.0.1/tcp/9');
    expect(refused).toMatchObject({
      ok: false,
      detail: expect.stringContaining('nothing listens'),
    });
    expect(refused.advice).toContain('mesh.listen');
  });

  it('says that a name is not known', async () => {
    const found = await look('/dns4/no-such-host.invalid/tcp/4801');
    expect(found).toMatchObject({ ok: false, detail: expect.stringContaining('nobody knows') });
  });

  it('says that the network key is another one', async () => {
    const mesh = await peerWith(former);
    const found = await look(at(mesh));
    expect(found.detail).toBe('a peer answers, with another network key or mesh name');
    expect(found.advice).toContain('bzzz join');
  });

  it('says that something else listens there', async () => {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined).end('SSH-2.0-OpenSSH_9.2\r\n');
    });
    const address = await listening(server);
    const found = await look(address);
    for (const socket of sockets) socket.destroy();
    expect(found).toMatchObject({ ok: false, detail: expect.stringContaining('no bzzz peer') });
  });

  it('takes a web server, which answers anything, for no peer with another key', async () => {
    const address = await listening(createWebServer());
    const found = await look(address);
    expect(found).toMatchObject({ ok: false, detail: expect.stringContaining('no bzzz peer') });
  });

  it('says who answers where somebody else was expected', async () => {
    const mesh = await peerWith(key);
    const { peer } = await createIdentity();
    const found = await look(at(mesh).replace(/\/p2p\/.*/, `/p2p/${peer}`));
    expect(found).toMatchObject({ ok: false, detail: `${mesh.peer} answers there, not ${peer}` });
  });

  it('says which protocols a peer of another release lacks', async () => {
    const mesh = await peerWith(key, { isWhole: false });
    const { ok, detail } = await look(at(mesh));
    expect(ok).toBe(false);
    expect(detail).toContain('does not speak heartbeat 2, help 1, journal 1');
  });

  it('is only said to answer where this machine has no network key yet', async () => {
    const mesh = await peerWith(key);
    const found = await look(at(mesh), []);
    expect(found).toMatchObject({ ok: false, advice: expect.stringContaining('bzzz invite') });
  });
});

describe('bzzz doctor net', () => {
  it('looks at what is configured, at what is asked for, and at the peer that runs', async () => {
    const mesh = await peerWith(key);
    const config = Config.parse({
      name: 'n',
      dataDir: '/d',
      mesh: { name, mdns: false, bootstrap: [at(mesh)], listen: ['/ip4/127.0.0.1/tcp/0'] },
      forge: { apiUrl: 'http://127.0.0.1:9' },
    });
    const checks = await diagnoseNet(config, {
      addresses: ['/ip4/127.0.0.1/tcp/9'],
      keys: [key],
      live: {
        addresses: [],
        connected: 0,
        apart: [],
        known: 0,
        troubles: [{ code: 'mesh_wrong_key', reason: 'because' }],
        membership: { operator: mesh.peer, isMember: false, strangers: [] },
        others: [],
      },
    });
    const found = Object.fromEntries(checks.map((check) => [check.name, check.ok]));
    expect(found).toEqual({
      port: true,
      multicast: true,
      [`address ${at(mesh).replace(/\/p2p\/.*/, '')}`]: true,
      'address /ip4/127.0.0.1/tcp/9': false,
      forge: false,
      admission: false,
      versions: true,
      mesh: false,
    });
    for (const { ok, advice } of checks) expect(advice === null).toBe(ok);
  });
});
