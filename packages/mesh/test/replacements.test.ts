import type { PeerId } from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Connections, createConnections, openConnections } from '../src/connections.ts';
import type { MeshNode } from '../src/libp2p-node.ts';
import { followReplacements } from '../src/replacements.ts';
import { dial, startRawNode } from './raw-node.ts';
import { freshName, until } from './support.ts';

let near: MeshNode;
let far: MeshNode;
let farPeer: PeerId;
let connections: Connections;
let told: boolean[];

beforeEach(async () => {
  const name = freshName();
  near = await startRawNode(name);
  far = await startRawNode(name);
  // The id is Ed25519's by construction; libp2p's own type does not say so.
  farPeer = far.peerId.toString() as PeerId;
  connections = createConnections(() => {});
  connections.follow(near);
  told = [];
  connections.onConnection(({ open }) => told.push(open));
});
afterEach(async () => {
  await Promise.all([near.stop(), far.stop()]);
});

function dialNear() {
  return dial(far, near.getMultiaddrs().map(String), true);
}

describe('a peer that dials us though we believe it connected', () => {
  it('has lost the older connection: that ends, and is told as lost and found', async () => {
    followReplacements({ node: near, connections }, { crossingMs: 0 });
    const first = await dialNear();
    await until('it is told', () => told.length === 1);
    // What was open when `false` was told; the new one is there already.
    const openWhenTold: number[] = [];
    connections.onConnection(() => openWhenTold.push(openConnections(near, farPeer).length));
    const second = await dialNear();
    await until('the older one has ended', () => first.status !== 'open');
    expect(told).toEqual([true, false, true]);
    expect(openWhenTold).toEqual([1, 1]);
    expect(openConnections(near, farPeer).length).toBe(1);
    expect(second.status).toBe('open');
    expect(connections.connected()).toEqual([farPeer]);
  });

  it('keeps both when they are of one age: the dials may have crossed', async () => {
    followReplacements({ node: near, connections }, { crossingMs: 60_000 });
    const first = await dialNear();
    const second = await dialNear();
    await until('both are here', () => openConnections(near, farPeer).length === 2);
    expect(told).toEqual([true]);
    expect([first.status, second.status]).toEqual(['open', 'open']);
  });

  it('is not taken for one whom we dialled a second time', async () => {
    followReplacements({ node: near, connections }, { crossingMs: 0 });
    await dialNear();
    await until('it is told', () => told.length === 1);
    await dial(near, far.getMultiaddrs().map(String), true);
    await until('both are here', () => openConnections(near, farPeer).length === 2);
    expect(told).toEqual([true]);
  });
});
