/** A member of the mesh that does as it likes: libp2p with the right key and none of our rules. */
import type { MeshName } from '@bzzz/protocol';
import { multiaddr } from '@multiformats/multiaddr';
import { createIdentity, type Identity } from '../src/index.ts';
import { createNode, type MeshNode } from '../src/libp2p-node.ts';
import { networkKey, protector } from '../src/network-key.ts';
import { nodeTransports } from '../src/node-transports.ts';
import { loopback } from './support.ts';

export async function startRawNode(name: MeshName, identity?: Identity): Promise<MeshNode> {
  const node = await createNode(
    {
      identity: identity ?? (await createIdentity()),
      connectionProtector: protector(
        async () => [await networkKey(name, undefined)],
        () => {},
      ),
      carriers: nodeTransports({ name, mdns: false })({ error: undefined }),
      mayDial: () => true,
      scoreOf: () => 0,
    },
    { name, listen: [loopback], dht: false },
  );
  await node.start();
  return node;
}

export async function dial(node: MeshNode, addresses: readonly string[], force = false) {
  return node.dial(
    addresses.map((address) => multiaddr(address)),
    { force },
  );
}
