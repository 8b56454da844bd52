/** All peers see each other and none the forge, which does not refuse them: nothing comes back. */
import { setTimeout as pause } from 'node:timers/promises';
import { openGate } from '../../e2e/harness/worlds.ts';
import { untilEndedOnce } from '../ending.ts';
import { fileSome, gather, giveForge, inMidTask, refuseTakeovers, takeForge } from '../moves.ts';
import type { Cluster } from '../cluster.ts';
import type { Scenario } from '../scenario.ts';

export const outage: Scenario = {
  name: 'outage',
  shows: 'all five are cut from the forge for a while; work goes on, and is published afterwards',
  needs: [],
  async play(cluster, { outageMs }) {
    await gather(cluster);
    const early = await inMidTask(cluster);
    await inMidTask(cluster);
    await fileSome(cluster, 3);
    await takeForge(cluster);
    const sinceMs = performance.now();
    await openGate(cluster.stage, early.holder);
    // One that was killed takes none. These are seen when it is back.
    if (cluster.net !== undefined) await fileSome(cluster, 2);
    await untilComplaints(cluster, true);
    await pause(Math.max(0, outageMs - (performance.now() - sinceMs)));
    await giveForge(cluster);
    refuseTakeovers(await untilEndedOnce(cluster));
    await untilComplaints(cluster, false);
  },
};

/** Until every peer says that the forge is away, or none does. */
async function untilComplaints({ stage, peers }: Cluster, wanted: boolean): Promise<void> {
  const what = wanted ? 'every peer misses the forge' : 'no peer misses the forge any more';
  await stage.until(what, async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.status()));
    return answers.every(
      ({ problems }) => problems.some(({ code }) => code === 'forge_unreachable') === wanted,
    );
  });
}
