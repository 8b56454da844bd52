/** Peers in processes of their own, killed and stopped by real signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import type { Host } from '../cluster/net/lan.ts';
import type { ChildOptions } from './child.ts';

const Line = z.union([
  z.object({ peer: z.string(), multiaddrs: z.array(z.string()) }),
  z.object({ met: z.string() }),
  z.object({
    atMs: z.number(),
    kind: z.enum(['member.suspected', 'member.dead']),
    peer: z.string(),
  }),
]);

/** What a peer's journal says of another peer. */
interface Verdict {
  readonly atMs: number;
  readonly kind: 'member.suspected' | 'member.dead';
  readonly peer: string;
}

export interface FleetPeer {
  readonly peer: string;
  readonly multiaddrs: readonly string[];
  readonly child: ChildProcess;
  readonly verdicts: readonly Verdict[];
  met(peer: string): boolean;
}

export interface Fleet {
  readonly peers: readonly FleetPeer[];
  /** Starts one, and resolves when all have met. */
  add(): Promise<FleetPeer>;
  remove(peer: FleetPeer): void;
  /** Resolves when a peer says something more, in that very moment. */
  said(): Promise<void>;
  stop(): Promise<void>;
}

const suffix = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
const childPath = fileURLToPath(new URL(`./child.${suffix}`, import.meta.url));

interface Starting {
  /** In the order of their starts: `p1`, `p2`. */
  readonly name: string;
  /** Of those who live: after a hundred rounds a newcomer would do little but dial the others. */
  readonly bootstrap: readonly string[];
  /** Has to be called with the child as soon as it runs, so that it is ended with the fleet. */
  readonly started: (child: ChildProcess) => void;
  /** Has to be called after each line that a peer says. */
  readonly said: () => void;
}

/** The fleet of whatever `start` starts: it resolves once the peer has said who it is. */
export function createFleet(start: (starting: Starting) => Promise<FleetPeer>): Fleet {
  const peers: FleetPeer[] = [];
  const children: ChildProcess[] = [];
  let next = Promise.withResolvers<void>();

  const said = () => {
    next.resolve();
    next = Promise.withResolvers();
  };
  return {
    peers,
    async add() {
      const one = await start({
        name: `p${children.length + 1}`,
        bootstrap: peers.flatMap(({ multiaddrs }) => multiaddrs),
        started: (child) => children.push(child),
        said,
      });
      peers.push(one);
      await until('all have met', () => {
        if (one.child.exitCode !== null) throw new Error(`a peer ended with ${one.child.exitCode}`);
        return peers.every((a) => peers.every((b) => a === b || a.met(b.peer)));
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

/** Where a peer runs: what stands before its command, and its address there. */
export type Place = Pick<Host, 'prefix' | 'address'>;

const thisMachine: Place = { prefix: [], address: () => '127.0.0.1' };

/** Peers of ours, with a preset of liveness; each in a place of its own, where there are any. */
export function createPeerFleet(
  preset: ChildOptions['preset'],
  places: readonly Place[] = [],
): Fleet {
  const mesh = `liveness-${process.pid}`;
  const free = [...places];
  return createFleet(async ({ name, bootstrap, started, said }) => {
    const place = free.shift() ?? thisMachine;
    const options: ChildOptions = { mesh, name, bootstrap, preset, address: place.address() };
    const conditions = suffix === 'ts' ? ['--conditions=bzzz-source'] : [];
    const [program, ...args] = [
      ...place.prefix,
      process.execPath,
      ...conditions,
      childPath,
      JSON.stringify(options),
    ];
    // What stands before it becomes it, so a signal meets the peer itself.
    const child = spawn(program ?? process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    started(child);
    child.once('exit', () => {
      if (places.includes(place)) free.push(place);
    });
    const verdicts: Verdict[] = [];
    const met = new Set<string>();
    const { promise, resolve, reject } =
      Promise.withResolvers<Pick<FleetPeer, 'peer' | 'multiaddrs'>>();
    child.once('exit', (code) => reject(new Error(`a peer ended with ${code}`)));
    createInterface(child.stdout).on('line', (text) => {
      const line = Line.parse(JSON.parse(text));
      if ('met' in line) met.add(line.met);
      else if ('kind' in line) verdicts.push(line);
      else resolve(line);
      said();
    });
    return { ...(await promise), child, verdicts, met: (other) => met.has(other) };
  });
}

export async function until(what: string, check: () => boolean, timeoutMs = 60_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!check()) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
