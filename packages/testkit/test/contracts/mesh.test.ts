import { describeMeshContract } from '../../src/contracts/mesh.ts';
import { noFaults } from '../../src/sim/faults.ts';
import { createProcess } from '../../src/sim/process.ts';
import { createLinks } from '../../src/sim/links.ts';
import { createVirtualNetwork, type VirtualNetwork } from '../../src/sim/virtual-mesh.ts';
import { createVirtualPlace, virtualPeerId } from './virtual-peer.ts';

describeMeshContract('virtual', async () => {
  const { pump, timeline, random, sights } = createVirtualPlace();
  const network: VirtualNetwork = createVirtualNetwork({
    timeline,
    random,
    sights,
    links: createLinks(() => network.reconnect()),
    faults: () => noFaults,
    onListenerError: () => undefined,
  });
  const join = (letter: string) => {
    const process = createProcess(timeline, { skewMs: 0 });
    return { process, mesh: network.join(virtualPeerId(letter), process) };
  };
  const places = [join('a'), join('b'), join('c')] as const;
  const [a, b, c] = places;
  await pump.until(() => places.every(({ mesh }) => mesh.connected().length === 2));
  return {
    meshes: [a.mesh, b.mesh, c.mesh],
    stranger: virtualPeerId('z'),
    until: pump.until,
    drive: pump.drive,
    async kill({ peer }) {
      places.find(({ mesh }) => mesh.peer === peer)?.process.kill();
      network.leave(peer);
    },
    dispose: async () => undefined,
  };
});
