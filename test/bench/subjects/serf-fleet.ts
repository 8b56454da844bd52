/** Agents of serf with its profile `local`, each a process, as the peers that `test/liveness` watches. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { type Fleet, type FleetPeer, until } from '../../liveness/fleet.ts';
import { freePorts } from '../../lib/free-ports.ts';

/** What its log says of others, after the time of day. */
const event = /serf: EventMember(Join|Failed): (\S+) /;

export function createSerfFleet(program: string): Fleet {
  const peers: FleetPeer[] = [];
  const children: ChildProcess[] = [];
  let next = Promise.withResolvers<void>();

  async function start(): Promise<FleetPeer> {
    const name = `p${children.length + 1}`;
    const [port = 0, rpcPort = 0] = await freePorts(2);
    const address = `127.0.0.1:${port}`;
    const child = spawn(
      program,
      [
        'agent',
        '-profile=local',
        `-node=${name}`,
        `-bind=${address}`,
        `-rpc-addr=127.0.0.1:${rpcPort}`,
        ...peers.flatMap(({ multiaddrs }) => multiaddrs.map((other) => `-retry-join=${other}`)),
        '-retry-interval=1s',
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    children.push(child);
    const verdicts: FleetPeer['verdicts'][number][] = [];
    const met = new Set<string>();
    createInterface(child.stdout).on('line', (text) => {
      const [, what, other] = event.exec(text) ?? [];
      if (other === undefined) return;
      if (what === 'Join') met.add(other);
      else verdicts.push({ atMs: Date.now(), kind: 'member.dead', peer: other });
      next.resolve();
      next = Promise.withResolvers();
    });
    return { peer: name, multiaddrs: [address], child, verdicts, met: (other) => met.has(other) };
  }

  return {
    peers,
    async add() {
      const one = await start();
      peers.push(one);
      await until('all agents have met', () => {
        if (one.child.exitCode !== null) throw new Error(`serf ended with ${one.child.exitCode}`);
        return peers.every((a) => peers.every((b) => a.met(b.peer)));
      });
      return one;
    },
    remove(peer) {
      peers.splice(peers.indexOf(peer), 1);
    },
    said: () => next.promise,
    async stop() {
      for (const child of children) {
        if (child.exitCode !== null || child.signalCode !== null) continue;
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    },
  };
}
