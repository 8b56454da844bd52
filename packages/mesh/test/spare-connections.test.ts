import { afterEach, describe, expect, it } from 'vitest';
import { createIdentity, createMesh, type Identity, type MeshService } from '../src/index.ts';
import type { MeshNode } from '../src/libp2p-node.ts';
import { dial, startRawNode } from './raw-node.ts';
import { freshName, loopback, until } from './support.ts';

const running: { stop(): void | Promise<void> }[] = [];

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop();
});

async function twoIdentities(): Promise<[Identity, Identity]> {
  const [one, other] = [await createIdentity(), await createIdentity()];
  return one.peer < other.peer ? [one, other] : [other, one];
}

async function pair(own: Identity, other: Identity): Promise<[MeshService, MeshNode]> {
  const name = freshName();
  const mesh = createMesh({ identity: own }, { name, listen: [loopback] });
  running.push(mesh);
  await mesh.start();
  const raw = await startRawNode(name, other);
  running.push(raw);
  await dial(raw, mesh.multiaddrs());
  await dial(raw, mesh.multiaddrs(), true);
  expect(raw.getConnections()).toHaveLength(2);
  return [mesh, raw];
}

describe('a second connection between two peers', () => {
  it('is closed by the peer with the smaller id, and nobody is told of a loss', async () => {
    const [small, large] = await twoIdentities();
    const [mesh, raw] = await pair(small, large);
    const closed: string[] = [];
    mesh.onConnection(({ peer, open }) => open || closed.push(peer));
    await until('one is left', () => raw.getConnections().length === 1);
    expect([mesh.connected(), closed]).toEqual([[large.peer], []]);
  });
});
