/** Hosts that come in by an invite, as an operator would type it, and know nothing else. */
import { join } from 'node:path';
import { addressesIn } from '../../e2e/harness/joined.ts';
import { fullMesh } from '../../e2e/harness/peer.ts';
import { bzzz } from '../../e2e/harness/programs.ts';
import type { Cluster } from '../cluster.ts';
import { fileSome, firstOf, netOf } from '../moves.ts';
import type { Host } from '../net/lan.ts';
import type { Scenario } from '../scenario.ts';

export const byInvite: Scenario = {
  name: 'discovery-invite',
  shows:
    'four hosts that know nothing but an invite of the fifth come in by it and find each other, without multicast',
  needs: ['hosts'],
  async play(cluster) {
    await netOf(cluster).faults.dropMulticast();
    const [first, others] = firstOf(cluster.hosts);
    const folder = (host: Host) => join(cluster.stage.dir, 'peers', host.name);
    const at = (host: Host) => ['--data', folder(host)];
    const named = (host: Host) => [...at(host), '--name', host.name];
    // As it is by default: nobody is told that mDNS finds nobody here.
    const ways = { key: 'own', mdns: true, dht: true };
    await type(cluster, first, ['init', ...named(first), '--mesh', 'e2e']);
    await cluster.start(first, ways);
    for (const host of others) {
      const answer = await type(cluster, first, ['invite', ...at(first)]);
      // Below those that it printed before, in the same log.
      const code = answer.match(/bzzz-invite-\S+/g)?.at(-1) ?? '';
      await type(cluster, host, ['join', code, ...named(host)]);
      const bootstrap = await addressesIn(folder(host));
      // Else it would have been told of more than the invite says.
      const foreign = bootstrap.filter((one) => !one.includes(`/${first.address()}/`));
      if (foreign.length > 0) throw new Error(`${host.name} was told of ${foreign.join(', ')}`);
      await cluster.start(host, { ...ways, bootstrap });
    }
    await fullMesh(cluster.stage, cluster.peers);
    await fileSome(cluster, 5);
  },
};

/** One command on that host to its end; returns its output. */
async function type({ stage }: Cluster, host: Host, args: readonly string[]): Promise<string> {
  const argv = [...host.prefix, ...bzzz, ...args];
  const running = await stage.start(`${host.name}-${args[0]}`, { argv });
  const code = await running.ended;
  const output = await running.output();
  if (code !== 0) throw new Error(`${host.name}: bzzz ${args[0]} ended with ${code}: ${output}`);
  return output;
}
