/** The network falls apart in the middle of a task, and comes together again. */
import { setTimeout as pause } from 'node:timers/promises';
import { openGate } from '../../e2e/harness/worlds.ts';
import { type PeerProcess, untilHolder } from '../../e2e/harness/peer.ts';
import { untilEndedOnce } from '../ending.ts';
import { fileSome, gather, hostsOf, inMidTask, netOf, untilConnected } from '../moves.ts';
import type { Cluster } from '../cluster.ts';
import type { Scenario } from '../scenario.ts';

export const partition: Scenario = {
  name: 'partition',
  shows: 'the smaller part holds a task and is cut from the forge too; the larger takes over, once',
  needs: ['hosts'],
  play: (cluster) => split(cluster, { withForge: false }),
};

export const splitMesh: Scenario = {
  name: 'split-mesh',
  shows:
    'the peers fall into two parts that both reach the forge; a task of the smaller is ended once',
  needs: ['hosts'],
  play: (cluster) => split(cluster, { withForge: true }),
};

/** The holder with one other on one side, three on the other; does the holder's side reach the forge? */
async function split(cluster: Cluster, { withForge }: { withForge: boolean }): Promise<void> {
  const { stage, peers } = cluster;
  const { faults, forgeHost } = netOf(cluster);
  await gather(cluster);
  const { number, holder, others } = await inMidTask(cluster);
  const [small, large] = [[holder, ...others.slice(0, 1)], others.slice(1)];
  const rest = withForge ? [] : [forgeHost];
  await faults.partition(hostsOf(cluster, small), [...hostsOf(cluster, large), ...rest]);
  await untilConnected(cluster, small, small.length - 1);
  await untilConnected(cluster, large, large.length - 1);
  await fileSome(cluster, 3);
  const taker = await untilHolder(stage, large, { number, epoch: 2 });
  if (!withForge) await openGate(stage, holder);
  await faults.heal();
  await untilConnected(cluster, peers, peers.length - 1);
  const endings = await untilEndedOnce(cluster);
  const ending = endings.find((one) => one.number === number);
  if (ending?.holder !== taker.id()) throw new Error(`ended by another: ${JSON.stringify(ending)}`);
}

/** Longer than any pause between two dials, and than a dial takes. */
const togetherMsMax = 45_000;
/** By now TCP itself tries again only once in a minute or so. */
const apartMs = 70_000;

export const noMajority: Scenario = {
  name: 'no-majority',
  shows: 'three parts, none with a majority: nobody is buried, and all are together again soon',
  needs: ['hosts'],
  async play(cluster) {
    const { stage, peers } = cluster;
    const { faults } = netOf(cluster);
    await gather(cluster);
    const { holder, others } = await inMidTask(cluster);
    const [hosts, first] = [hostsOf(cluster, others), hostsOf(cluster, [holder])];
    await faults.partition([...first, ...hosts.slice(0, 1)], hosts.slice(1, 3), hosts.slice(3));
    await pause(apartMs);
    await faults.heal();
    const sinceMs = performance.now();
    await stage.until('every peer hears every other', async () => {
      const answers = await Promise.all(peers.map(({ client }) => client.peers()));
      return answers.every((answer) => answer.peers.every(({ liveness }) => liveness === 'alive'));
    });
    const tookMs = performance.now() - sinceMs;
    if (tookMs > togetherMsMax) throw new Error(`together again after ${Math.round(tookMs)} ms`);
    await refuseBurials(peers);
    await untilEndedOnce(cluster);
  },
};

/** A lease may run out on a busy machine; but nobody who lives was declared dead. */
async function refuseBurials(peers: readonly PeerProcess[]): Promise<void> {
  for (const { name, journal } of peers) {
    const dead = (await journal()).filter(({ kind }) => kind === 'member.dead');
    if (dead.length > 0) throw new Error(`${name} declared dead: ${JSON.stringify(dead)}`);
  }
}
