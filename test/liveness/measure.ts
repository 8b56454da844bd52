/** How soon a peer that ends or hangs is missed by all others, and whether anybody is missed wrongly. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dying } from '../e2e/harness/processes.ts';
import { processTimesMs } from '../lib/process-times.ts';
import { createPeerFleet, type Fleet, type FleetPeer, until } from './fleet.ts';
import { faultsOn } from '../cluster/net/faults.ts';
import { layLan } from '../cluster/net/lan.ts';
import { namespacesDenied } from '../e2e/harness/namespaces.ts';
import { createStage } from '../e2e/harness/stage.ts';
import type { ChildOptions } from './child.ts';

export interface LivenessOptions {
  readonly preset: ChildOptions['preset'];
  readonly peers: number;
  readonly kills: number;
  readonly hangs: number;
  /** Cables that are cut, so that nothing passes and nobody is told; needs network namespaces. */
  readonly cuts: number;
  /** How long nothing happens, with so many processes beside that only burn CPU. */
  readonly calmMs: number;
  readonly hogs: number;
}

export interface LivenessResult {
  /** From the signal to the last of the others that missed the peer, a value a signal. */
  readonly killMs: readonly number[];
  /**
   * From SIGKILL until the kernel had closed what the process had open, for each of `killMs`: nobody can know
   * earlier.
   */
  readonly closedMs: readonly number[];
  readonly hangMs: readonly number[];
  /** From before the order to drop its packets, which takes a few milliseconds itself. */
  readonly cutMs: readonly number[];
  /** Why no cable could be cut. */
  readonly cutsDenied?: string;
  /** Peers that were suspected or declared dead while all were well. */
  readonly falseSuspicions: number;
  readonly falseDeaths: number;
}

export async function measureLiveness(options: LivenessOptions): Promise<LivenessResult> {
  const fleet = createPeerFleet(options.preset);
  try {
    for (let count = 0; count < options.peers; count += 1) await fleet.add();
    const { falseSuspicions, falseDeaths } = await stayCalm(fleet, options);
    const killed = await missedAfter(fleet, signalling('SIGKILL'), options.kills);
    const { missedMs: hangMs } = await missedAfter(fleet, signalling('SIGSTOP'), options.hangs);
    await fleet.stop();
    return {
      ...(await cutOff(options)),
      killMs: killed.missedMs,
      closedMs: killed.closedMs,
      hangMs,
      falseSuspicions,
      falseDeaths,
    };
  } finally {
    await fleet.stop();
  }
}

async function stayCalm(fleet: Fleet, { calmMs, hogs }: LivenessOptions) {
  const burning = Array.from({ length: calmMs > 0 ? hogs : 0 }, burn);
  try {
    // Not a wait for a state: that nothing happens is what is measured.
    await new Promise((resolve) => setTimeout(resolve, calmMs));
  } finally {
    for (const one of burning) one.kill('SIGKILL');
  }
  const verdicts = fleet.peers.flatMap((peer) => peer.verdicts);
  const count = (kind: string) => verdicts.filter((one) => one.kind === kind).length;
  return { falseSuspicions: count('member.suspected'), falseDeaths: count('member.dead') };
}

function burn(): ChildProcess {
  return spawn(...dying(process.execPath, ['-e', 'for (;;);']), { stdio: 'ignore' });
}

/** Peers each on a host of its own, which only namespaces give. */
async function cutOff(
  options: LivenessOptions,
): Promise<Pick<LivenessResult, 'cutMs' | 'cutsDenied'>> {
  if (options.cuts === 0) return { cutMs: [] };
  const cutsDenied = await namespacesDenied();
  if (cutsDenied !== undefined) return { cutMs: [], cutsDenied };
  const stage = await createStage();
  try {
    const names = Array.from({ length: options.peers }, (_, index) => `host${index + 1}`);
    const lan = await layLan(stage, names);
    const faults = await faultsOn(lan);
    const fleet = createPeerFleet(options.preset, lan.hosts);
    stage.defer(() => fleet.stop());
    for (let count = 0; count < options.peers; count += 1) await fleet.add();
    const cut: Blow = {
      name: 'its cable was cut',
      async strike(victim) {
        const isOf = ({ address }: { address(): string }) =>
          victim.multiaddrs.some((one) => one.startsWith(`/ip4/${address()}/`));
        await faults.partition(
          lan.hosts.filter(isOf),
          lan.hosts.filter((host) => !isOf(host)),
        );
      },
      mend: () => faults.heal(),
    };
    return { cutMs: (await missedAfter(fleet, cut, options.cuts)).missedMs };
  } finally {
    await stage.close();
  }
}

/** What happens to a peer, and what is undone when it was missed and has ended. */
interface Blow {
  readonly name: string;
  strike(victim: FleetPeer): Promise<void>;
  mend(): Promise<void>;
}

function signalling(signal: 'SIGKILL' | 'SIGSTOP'): Blow {
  return {
    name: signal,
    strike: async ({ child }) => void child.kill(signal),
    mend: async () => undefined,
  };
}

async function missedAfter(
  fleet: Fleet,
  { name, strike, mend }: Blow,
  times: number,
): Promise<{ missedMs: number[]; closedMs: number[] }> {
  const missedMs: number[] = [];
  const closedMs: number[] = [];
  for (let count = 0; count < times; count += 1) {
    await settled(fleet);
    const victim = fleet.peers[count % fleet.peers.length];
    if (victim === undefined) throw new Error('there is no peer');
    const others = fleet.peers.filter((peer) => peer !== victim);
    const sinceMs = Date.now();
    const closed = once(victim.child, 'close').then(() => Date.now() - sinceMs);
    await strike(victim);
    await until(`all miss a peer after ${name}`, () =>
      others.every((other) => missedAtMs(other, victim, sinceMs) !== undefined),
    );
    const atMs = others.map((other) => missedAtMs(other, victim, sinceMs) ?? Number.NaN);
    missedMs.push(Math.max(...atMs) - sinceMs);
    victim.child.kill('SIGKILL');
    closedMs.push(await closed);
    fleet.remove(victim);
    await mend();
    await fleet.add();
  }
  return { missedMs, closedMs };
}

/**
 * A peer that has just come costs all others their time, for a second or two: what is measured is a mesh
 * at rest. By the CPU time of its processes as Linux counts it.
 */
export async function settled(fleet: Pick<Fleet, 'peers'>): Promise<void> {
  const spentMs = () =>
    fleet.peers
      .flatMap(({ child }) => child.pid ?? [])
      .reduce((sum, pid) => sum + processTimesMs(pid).own, 0);
  for (let before = spentMs(); ; ) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    const now = spentMs();
    if (now - before <= restMsMax) return;
    before = now;
  }
}

/** In half a second: the heartbeats of five peers take about half of one core. */
const restMsMax = 400;

export function missedAtMs(of: FleetPeer, victim: FleetPeer, sinceMs: number): number | undefined {
  return of.verdicts.find(({ peer, atMs }) => peer === victim.peer && atMs >= sinceMs)?.atMs;
}
