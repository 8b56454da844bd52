/** How peers find each other. */
import { fullMesh } from '../../e2e/harness/peer.ts';
import { addressOf } from '../cluster.ts';
import { fileSome, firstOf } from '../moves.ts';
import type { Scenario } from '../scenario.ts';

export const byMdns: Scenario = {
  name: 'discovery-mdns',
  shows: 'five peers that were told of nobody find each other by multicast alone',
  needs: ['hosts'],
  async play(cluster) {
    await Promise.all(cluster.hosts.map((host) => cluster.start(host, { mdns: true })));
    await fullMesh(cluster.stage, cluster.peers);
    await fileSome(cluster, 5);
  },
};

export const byDht: Scenario = {
  name: 'discovery-dht',
  shows:
    'five peers, four of which know the address of the fifth, find each other without multicast',
  needs: [],
  async play(cluster) {
    await cluster.net?.faults.dropMulticast();
    const [first, others] = firstOf(cluster.hosts);
    // As it is by default: nobody is told that mDNS finds nobody here.
    const mdns = cluster.net !== undefined;
    await cluster.start(first, { mdns, dht: true });
    const bootstrap = [addressOf(first)];
    await Promise.all(others.map((host) => cluster.start(host, { mdns, dht: true, bootstrap })));
    await fullMesh(cluster.stage, cluster.peers);
    await fileSome(cluster, 5);
  },
};
