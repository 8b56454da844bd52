import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { topics } from '@bzzz/protocol';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { createIdentity, createMesh, type MeshService } from '../src/index.ts';
import { createMeshOver } from '../src/mesh.ts';
import { severableTransports } from './severable.ts';
import { allConnected, createFleet, freshName, loopback, until } from './support.ts';

// On a busy machine dials run out of time, and are tried again.
vi.setConfig({ testTimeout: 120_000 });

const fleet = createFleet();
const others: MeshService[] = [];

afterEach(async () => {
  await fleet.stopAll();
  await Promise.all(others.splice(0).map((mesh) => mesh.stop()));
});

/** Publishes from `from` until everybody in `to` has heard it. */
async function gossipReaches(from: MeshService, to: readonly MeshService[]): Promise<void> {
  const heard = new Set<MeshService>();
  const off = to.map((mesh) =>
    mesh.subscribe(topics.health, (author) => {
      if (author === from.peer) heard.add(mesh);
    }),
  );
  await until('gossip reaches all', async () => {
    await from.publish(topics.health, { kind: 'alive', peer: from.peer, incarnation: 1 });
    return heard.size === to.length;
  });
  for (const forget of off) forget();
}

describe('five peers', () => {
  it('become a full mesh through one that they know, and gossip reaches all', async () => {
    const name = freshName();
    const bootstrap: string[] = [];
    const add = async () => {
      const { transports, count } = severableTransports(name);
      const identity = await createIdentity();
      const mesh = createMeshOver(
        { identity, transports },
        { name, listen: [loopback], bootstrap, redialMsMax: 500 },
      );
      others.push(mesh);
      return { mesh, count };
    };
    const first = await add();
    await first.mesh.start();
    bootstrap.push(...first.mesh.multiaddrs());
    const peers = [first, await add(), await add(), await add(), await add()];
    const meshes = peers.map(({ mesh }) => mesh);
    await Promise.all(meshes.map((mesh) => mesh.start()));
    await until('everybody is connected to everybody', () => allConnected(meshes));
    for (const from of meshes) {
      await gossipReaches(
        from,
        meshes.filter((mesh) => mesh !== from),
      );
    }
    // Though all met all at once.
    await until('everybody has one connection for each other', () =>
      peers.every(({ count }) => count() === 4),
    );
  });
});

describe('a peer with addresses at which nobody answers', () => {
  it('is found at the one that leads to it, however many come before', async () => {
    const name = freshName();
    const first = await fleet.add({ name });
    await first.start();
    const silent = await Promise.all([1, 2, 3].map(silentAddress));
    const bootstrap = [
      ...silent.map((address) => `${address}/p2p/${first.peer}`),
      ...first.multiaddrs(),
    ];
    const second = await fleet.add({ name, bootstrap });
    await second.start();
    await until('both are connected', () => allConnected([first, second]));
  });
});

/** Where a connection is accepted and nothing is ever said, as behind a router that drops. */
async function silentAddress(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => sockets.add(socket));
  onTestFinished(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it has no port');
  return `/ip4/127.0.0.1/tcp/${address.port}`;
}

describe('a peer that was lost', () => {
  it('is dialled again after a cut, and gossip goes on', async () => {
    const name = freshName();
    const { transports, sever } = severableTransports(name);
    const identity = await createIdentity();
    const cut = createMeshOver({ identity, transports }, { name, listen: [loopback] });
    others.push(cut);
    await cut.start();
    const meshes = [cut, await fleet.add({ name, bootstrap: cut.multiaddrs() })];
    meshes.push(await fleet.add({ name, bootstrap: cut.multiaddrs() }));
    await Promise.all(meshes.map((mesh) => mesh.start()));
    await until('three are connected', () => allConnected(meshes));
    const closed: string[] = [];
    cut.onConnection(({ peer, open }) => {
      if (!open) closed.push(peer);
    });
    sever();
    await until('the cut is seen', () => closed.length === 2);
    await until('all are connected again', () => allConnected(meshes));
    await gossipReaches(cut, meshes.slice(1));
  });

  it('is found again at its old address, though it knows nobody when it comes back', async () => {
    const name = freshName();
    const identity = await createIdentity();
    const early = createMesh({ identity }, { name, listen: [loopback] });
    others.push(early);
    await early.start();
    const addresses = early.multiaddrs();
    // Learned from the DHT and not from its own list, so that the dialer is on its own.
    const known = await fleet.add({ name, bootstrap: addresses });
    await known.start();
    const learner = await fleet.add({ name, bootstrap: known.multiaddrs() });
    await learner.start();
    await until('three are connected', () => allConnected([early, known, learner]));
    await early.stop();
    await until('it is gone', () => learner.connected().length === 1);
    const listen = addresses.map((address) => address.split('/p2p/')[0] ?? '');
    const late = createMesh({ identity }, { name, listen });
    others.push(late);
    await late.start();
    await until('it is back', () => allConnected([late, known, learner]));
  });

  it('does not lose us when its address list holds our own address', async () => {
    const name = freshName();
    const first = await fleet.add({ name });
    await first.start();
    const identity = await createIdentity();
    const second = createMesh({ identity }, { name, listen: [loopback] });
    others.push(second);
    await second.start();
    const own = second.multiaddrs().map((address) => address.split('/p2p/')[0] ?? '');
    await second.stop();
    const bootstrap = [...own, ...first.multiaddrs()];
    const again = createMesh({ identity }, { name, listen: own, bootstrap });
    others.push(again);
    await again.start();
    await until('the two are connected', () => allConnected([first, again]));
    expect(again.connected()).toEqual([first.peer]);
  });
});

describe('two meshes', () => {
  it('do not mix, though one dials the other', async () => {
    const left = await fleet.add({ name: freshName() });
    await left.start();
    const right = await fleet.add({ name: freshName(), bootstrap: left.multiaddrs() });
    const told: string[] = [];
    right.onTrouble(({ code }) => told.push(code));
    right.onConnection(({ peer }) => told.push(peer));
    await right.start();
    await until('the dial has failed', () => told.length > 0);
    expect(told).toEqual(['mesh_wrong_key']);
  });
});
