/** The one peer whose address everybody knows is gone. */
import { fullMesh } from '../../e2e/harness/peer.ts';
import { addressOf } from '../cluster.ts';
import { fileSome, firstOf, untilConnected } from '../moves.ts';
import type { Scenario } from '../scenario.ts';

export const deadBootstrap: Scenario = {
  name: 'dead-bootstrap',
  shows: 'without the peer that all were told of the others go on, also one that starts anew',
  needs: [],
  async play(cluster) {
    const [first, others] = firstOf(cluster.hosts);
    const bootstrapPeer = await cluster.start(first, { dht: true });
    const bootstrap = [addressOf(first)];
    const rest = await Promise.all(
      others.map((host) => cluster.start(host, { dht: true, bootstrap })),
    );
    await fullMesh(cluster.stage, cluster.peers);
    await fileSome(cluster, 2);
    await bootstrapPeer.kill();
    await fileSome(cluster, 2);
    const [again] = firstOf(rest);
    await again.kill();
    await again.restart();
    await untilConnected(cluster, rest, rest.length - 1);
    await fileSome(cluster, 2);
  },
};
