/** Agents of serf with its profile `local`, each a process, as the peers that `test/liveness` watches. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { dying } from '../../e2e/harness/processes.ts';
import { createFleet, type Fleet, type FleetPeer } from '../../liveness/fleet.ts';
import { freePorts } from '../../lib/free-ports.ts';

/** What its log says of others, after the time of day. */
const event = /serf: EventMember(Join|Failed): (\S+) /;

export function createSerfFleet(program: string): Fleet {
  return createFleet(async ({ name, bootstrap, started, said }) => {
    const [port = 0, rpcPort = 0] = await freePorts(2);
    const address = `127.0.0.1:${port}`;
    const args = ['agent', '-profile=local', `-node=${name}`, `-bind=${address}`];
    args.push(`-rpc-addr=127.0.0.1:${rpcPort}`, '-retry-interval=1s');
    args.push(...bootstrap.map((other) => `-retry-join=${other}`));
    const child = spawn(...dying(program, args), { stdio: ['ignore', 'pipe', 'inherit'] });
    started(child);
    const verdicts: FleetPeer['verdicts'][number][] = [];
    const met = new Set<string>();
    createInterface(child.stdout).on('line', (text) => {
      const [, what, other] = event.exec(text) ?? [];
      if (other === undefined) return;
      if (what === 'Join') met.add(other);
      else verdicts.push({ atMs: Date.now(), kind: 'member.dead', peer: other });
      said();
    });
    return { peer: name, multiaddrs: [address], child, verdicts, met: (other) => met.has(other) };
  });
}
