/** Links that lose, that are slow, that lead one way only, and clocks that are wrong. */
import { fullMesh, type PeerProcess } from '../../e2e/harness/peer.ts';
import { peerPort } from '../cluster.ts';
import { untilEndedOnce } from '../ending.ts';
import { fileSome, gather, hostsOf, inMidTask, netOf, refuseTakeovers, firstOf } from '../moves.ts';
import { makeLate } from '../net/late.ts';
import { skewed } from '../skew.ts';
import type { Scenario } from '../scenario.ts';

export const badLinks: Scenario = {
  name: 'bad-links',
  shows:
    'one packet in twenty is lost between any two hosts, two cables are slow, and to two more peers all is late',
  needs: ['hosts'],
  async play(cluster) {
    const { faults, forgeHost } = netOf(cluster);
    await faults.lose([...cluster.hosts, forgeHost], 5);
    for (const host of cluster.hosts.slice(0, 2)) await faults.slow(host, 512);
    // As over a continent, and never the same.
    for (const host of cluster.hosts.slice(2, 4)) {
      await makeLate(cluster.stage, host, peerPort, { delayMs: 80, jitterMs: 60 });
    }
    await gather(cluster);
    await fileSome(cluster, 5);
  },
};

export const oneWay: Scenario = {
  name: 'one-way',
  shows: 'one peer hears nothing from another that is in the middle of a task; all others do',
  needs: ['hosts'],
  async play(cluster) {
    const { stage } = cluster;
    const { faults } = netOf(cluster);
    await gather(cluster);
    const { holder, others } = await inMidTask(cluster);
    const [deaf] = firstOf(others);
    await faults.cutOneWay(cluster.hostOf(holder), cluster.hostOf(deaf));
    await stage.until(`${deaf.name} has lost ${holder.name}`, async () => {
      const { mesh } = await deaf.client.status();
      return mesh.connected === cluster.peers.length - 2;
    });
    await fileSome(cluster, 4);
    await stage.until('the others are done with the rest', async () => {
      const { tasks } = await deaf.client.tasks();
      return tasks.filter(({ state }) => state === 'done').length === 4;
    });
    refuseTakeovers(await untilEndedOnce(cluster));
  },
};

export const unplugged: Scenario = {
  name: 'unplugged',
  shows:
    'the cable of a peer in the middle of a task is pulled, and put back after somebody took over',
  needs: ['hosts'],
  async play(cluster) {
    const { stage, peers } = cluster;
    const { faults } = netOf(cluster);
    await gather(cluster);
    const { holder, number } = await inMidTask(cluster);
    const [host] = firstOf(hostsOf(cluster, [holder]));
    await faults.unplug(host);
    await stage.until('somebody took over', async () => {
      const { tasks } = (await peers.find((one) => one !== holder)?.client.tasks()) ?? {
        tasks: [],
      };
      return tasks.some(({ task, epoch }) => task.endsWith(`#${number}`) && epoch === 2);
    });
    await faults.plugIn(host);
    await fullMesh(stage, peers);
    await fileSome(cluster, 2);
  },
};

export const wrongClocks: Scenario = {
  name: 'wrong-clocks',
  shows: 'the clock of one peer is an hour ahead, that of another an hour behind',
  needs: ['hosts', 'skew'],
  async play(cluster) {
    const hour = 3_600;
    const skews = [hour, -hour];
    const peers = await Promise.all(
      cluster.hosts.map((host, index) =>
        cluster.start(host, { mdns: true, dht: true, env: skewed(skews[index] ?? 0) }),
      ),
    );
    for (const [index, seconds] of skews.entries()) await expectSkew(peers[index], seconds);
    await fullMesh(cluster.stage, cluster.peers);
    const { holder } = await inMidTask(cluster);
    await fileSome(cluster, 4);
    await holder.kill();
    await holder.restart();
  },
};

/** Else nothing would have been shown. */
async function expectSkew(peer: PeerProcess | undefined, seconds: number): Promise<void> {
  const first = await peer?.client.logs({ from: 0 })[Symbol.asyncIterator]().next();
  if (first?.done !== false) throw new Error('its journal is empty');
  const aheadMs = first.value.entry.at.wallMs - Date.now();
  // It began some seconds ago; on a busy machine a minute.
  if (Math.abs(aheadMs - seconds * 1_000) > 300_000) throw new Error(`ahead by ${aheadMs} ms`);
}
