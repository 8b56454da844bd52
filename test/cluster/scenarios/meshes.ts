/** Two meshes of one name on one network, and on one repository. */
import { untilEndedOnce } from '../ending.ts';
import { fileSome, untilConnected, waysOf } from '../moves.ts';
import type { Scenario } from '../scenario.ts';

const sizeOfFirst = 3;

export const twoMeshes: Scenario = {
  name: 'two-meshes',
  shows: 'meshes with different keys do not see each other, and no issue is done by both',
  needs: [],
  async play(cluster) {
    const keys = ['a'.repeat(64), 'b'.repeat(64)];
    await Promise.all(
      cluster.hosts.map((host, index) => {
        const key = keys[index < sizeOfFirst ? 0 : 1];
        return cluster.start(host, {
          ...waysOf(cluster),
          ...(key === undefined ? {} : { key }),
        });
      }),
    );
    const order = cluster.hosts.map(({ name }) => name);
    const peers = cluster.peers.toSorted((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    const meshes = [peers.slice(0, sizeOfFirst), peers.slice(sizeOfFirst)];
    for (const mesh of meshes) await untilConnected(cluster, mesh, mesh.length - 1);
    await fileSome(cluster, 6);
    await untilEndedOnce(cluster);
    for (const mesh of meshes) {
      const names = mesh.map(({ name }) => name).toSorted();
      for (const { client, name } of mesh) {
        const seen = (await client.peers()).peers.map((one) => one.name).toSorted();
        if (seen.join() !== names.join()) throw new Error(`${name} sees ${seen.join(', ')}`);
      }
    }
  },
};
