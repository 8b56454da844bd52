import { topics } from '@bzzz/protocol';
import { describeMeshContract, type MeshSubject } from '@bzzz/testkit/contracts/mesh';
import { describeSignerContract } from '@bzzz/testkit/contracts/signer';
import { createIdentity, createSigner, type MeshService } from '../src/index.ts';
import { createMeshOver } from '../src/mesh.ts';
import { severableTransports } from './severable.ts';
import { allConnected, freshName, loopback, until } from './support.ts';

describeSignerContract('Ed25519 of libp2p', async () => ({
  signer: createSigner(await createIdentity()),
  other: createSigner(await createIdentity()),
}));

describeMeshContract('libp2p over loopback', async (): Promise<MeshSubject> => {
  const name = freshName();
  const bootstrap: string[] = [];
  const add = async () => {
    const { transports, sever } = severableTransports(name);
    const identity = await createIdentity();
    const options = { name, listen: [loopback], bootstrap: [...bootstrap] };
    const mesh = createMeshOver({ identity, transports }, options);
    await mesh.start();
    bootstrap.push(...mesh.multiaddrs());
    return { mesh, sever };
  };
  const peers = [await add(), await add(), await add()] as const;
  const meshes = [peers[0].mesh, peers[1].mesh, peers[2].mesh] as const;
  await until('three peers are connected', () => allConnected(meshes));
  await warmUp(meshes);
  return {
    meshes,
    stranger: (await createIdentity()).peer,
    until: (check) => until(check.toString(), check),
    drive: (work) => work,
    kill: async (mesh) => {
      const killed = peers.find((one) => one.mesh === mesh);
      killed?.sever();
      await killed?.mesh.stop();
    },
    dispose: async () => {
      await Promise.all(meshes.map((mesh) => mesh.stop()));
    },
  };
});

/**
 * Gossip is ready when a hint of each has come to all the others. The last round is marked:
 * a peer's messages keep their order, so nothing of the earlier rounds comes into the test.
 */
async function warmUp(meshes: readonly MeshService[]): Promise<void> {
  const heard = new Set<string>();
  const off = meshes.map((mesh) =>
    mesh.subscribe(topics.health, (from, { incarnation }) =>
      heard.add(`${incarnation} ${from} ${mesh.peer}`),
    ),
  );
  const pairs = meshes.length * (meshes.length - 1);
  const tell = async (incarnation: number) => {
    for (const mesh of meshes) {
      await mesh.publish(topics.health, { kind: 'alive', peer: mesh.peer, incarnation });
    }
  };
  await until('gossip reaches all', async () => {
    await tell(1);
    return heard.size === pairs;
  });
  await tell(2);
  await until('the last round reaches all', () => heard.size === 2 * pairs);
  for (const forget of off) forget();
}
