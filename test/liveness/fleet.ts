/** Peers in processes of their own, killed and stopped by real signals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
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

export function createFleet(preset: ChildOptions['preset']): Fleet {
  const mesh = `liveness-${process.pid}`;
  const peers: FleetPeer[] = [];
  const children: ChildProcess[] = [];
  let started = 0;
  let next = Promise.withResolvers<void>();

  async function start(): Promise<FleetPeer> {
    started += 1;
    // Of those who live: after a hundred rounds a newcomer would do little but dial the others.
    const bootstrap = peers.flatMap(({ multiaddrs }) => multiaddrs);
    const options: ChildOptions = { mesh, name: `p${started}`, bootstrap, preset };
    const conditions = suffix === 'ts' ? ['--conditions=bzzz-source'] : [];
    const child = spawn(process.execPath, [...conditions, childPath, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    children.push(child);
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
      next.resolve();
      next = Promise.withResolvers();
    });
    return {
      ...(await promise),
      child,
      verdicts,
      met: (other) => met.has(other),
    };
  }

  return {
    peers,
    async add() {
      const one = await start();
      peers.push(one);
      await until('all have met', () =>
        peers.every((a) => peers.every((b) => a === b || a.met(b.peer))),
      );
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

export async function until(what: string, check: () => boolean, timeoutMs = 60_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!check()) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
