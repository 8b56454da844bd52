/** Addresses that change, that are many, and that lead nowhere. */
import { fullMesh } from '../../e2e/harness/peer.ts';
import { addressOf } from '../cluster.ts';
import { fileSome, firstOf, gather, inMidTask, netOf, untilConnected } from '../moves.ts';
import type { Scenario } from '../scenario.ts';

export const moved: Scenario = {
  name: 'moved',
  shows: 'a peer in the middle of a task gets another address, and is found at it',
  needs: ['hosts'],
  async play(cluster) {
    await gather(cluster);
    const { holder, others } = await inMidTask(cluster);
    await netOf(cluster).lan.move(cluster.hostOf(holder));
    // Whoever comes now must find it where it is.
    const [other] = firstOf(others);
    await other.kill();
    await other.restart();
    await untilConnected(cluster, cluster.peers, cluster.peers.length - 1);
    await fileSome(cluster, 2);
  },
};

export const movedBootstrap: Scenario = {
  name: 'moved-bootstrap',
  shows: 'the peer whose address all were told moves; nobody can announce where it is now',
  needs: ['hosts'],
  async play(cluster) {
    const { lan } = netOf(cluster);
    const [first, others] = firstOf(cluster.hosts);
    await cluster.start(first, { dht: true });
    const bootstrap = [addressOf(first)];
    await Promise.all(others.map((host) => cluster.start(host, { dht: true, bootstrap })));
    await fullMesh(cluster.stage, cluster.peers);
    await lan.move(first);
    await untilConnected(cluster, cluster.peers.slice(1), cluster.peers.length - 1);
    await fileSome(cluster, 3);
  },
};

export const interfaces: Scenario = {
  name: 'interfaces',
  shows:
    'all have networks that nobody else reaches, two share one of their own, one has no way out',
  needs: ['hosts'],
  async play(cluster) {
    const { lan } = netOf(cluster);
    const [first, others] = firstOf(cluster.hosts);
    for (const host of cluster.hosts) await lan.addVirtual(host, 3);
    await lan.connectApart(cluster.hosts.slice(0, 2));
    const [last] = others.slice(-1);
    // Where there is no route to a group multicast neither comes nor goes.
    await last?.run('ip route del default');
    const told = { bootstrap: [addressOf(first)] };
    await Promise.all(
      cluster.hosts.map((host) =>
        cluster.start(host, { mdns: true, dht: true, ...(host === last ? told : {}) }),
      ),
    );
    await fullMesh(cluster.stage, cluster.peers);
    await fileSome(cluster, 3);
  },
};
