/** What several scenarios do. */
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fullMesh, type PeerProcess, type PeerSpec } from '../e2e/harness/peer.ts';
import { findWaiting } from '../e2e/harness/worlds.ts';
import { addressOf, type Cluster, type Net } from './cluster.ts';
import type { Ending } from './ending.ts';
import type { Host } from './net/lan.ts';

/** The network that a scenario breaks; it said that it needs one. */
export function netOf({ net }: Cluster): Net {
  if (net === undefined) throw new Error('there is no network here');
  return net;
}

export function firstOf<T>(all: readonly T[]): [T, T[]] {
  const [first, ...others] = all;
  if (first === undefined) throw new Error('there is none');
  return [first, others];
}

/** So many issues that a command answers at once. */
export async function fileSome(cluster: Cluster, count: number): Promise<number[]> {
  const numbers: number[] = [];
  for (let filed = 0; filed < count; filed += 1) numbers.push(await cluster.file('quick'));
  return numbers;
}

/** A peer on every host, as they come: they find each other by multicast and learn of more by the DHT. */
export async function gather(
  cluster: Cluster,
  spec: Pick<PeerSpec, 'program'> = {},
): Promise<void> {
  const told = { ...waysOf(cluster), ...spec };
  await Promise.all(cluster.hosts.map((host) => cluster.start(host, told)));
  await fullMesh(cluster.stage, cluster.peers);
}

/** How peers find each other by default; on loopback, where nothing may be announced, by all addresses. */
export function waysOf({ net, hosts }: Cluster): Pick<PeerSpec, 'mdns' | 'dht' | 'bootstrap'> {
  return net === undefined
    ? { dht: true, bootstrap: hosts.map(addressOf) }
    : { mdns: true, dht: true };
}

/** No peer reaches the forge: nothing comes back. On loopback it is killed, and refuses them. */
export async function takeForge({ net, hosts, forge }: Cluster): Promise<void> {
  await (net === undefined ? forge.kill() : net.faults.partition(hosts, [net.forgeHost]));
}

export async function giveForge({ net, forge }: Cluster): Promise<void> {
  await (net === undefined ? forge.restart() : net.faults.heal());
}

export interface MidTask {
  readonly number: number;
  /** Its command waits until it is told to go on. */
  readonly holder: PeerProcess;
  readonly others: readonly PeerProcess[];
}

/** An issue that somebody is in the middle of. */
export async function inMidTask(cluster: Cluster): Promise<MidTask> {
  const { stage, peers } = cluster;
  const busy = await waitingOf(peers);
  const number = await cluster.file('gated');
  const holder = await stage.until(`somebody is in the middle of #${number}`, async () => {
    const waiting = await waitingOf(peers);
    return waiting.find((peer) => !busy.includes(peer));
  });
  return { number, holder, others: peers.filter((peer) => peer !== holder) };
}

async function waitingOf(peers: readonly PeerProcess[]): Promise<PeerProcess[]> {
  const found = await Promise.all(
    peers.map(async (peer) => ((await findWaiting(peer)) === undefined ? [] : [peer])),
  );
  return found.flat();
}

/** Every command that waits now goes on. */
export async function openGates(peers: readonly PeerProcess[]): Promise<void> {
  for (const peer of peers) {
    const waiting = await findWaiting(peer);
    if (waiting === undefined) continue;
    const go = join(dirname(waiting), 'go');
    // The worktree may go at any moment, with everything in it.
    await writeFile(go, '').catch((error: unknown) => {
      if (existsSync(dirname(go))) throw error;
    });
  }
}

export function hostsOf(cluster: Cluster, peers: readonly PeerProcess[]): Host[] {
  return peers.map((peer) => cluster.hostOf(peer));
}

/** Every one of these is connected to just so many others. */
export async function untilConnected(
  { stage }: Cluster,
  peers: readonly PeerProcess[],
  count: number,
): Promise<void> {
  const names = peers.map(({ name }) => name).join(', ');
  await stage.until(`${names}: each is connected to ${count}`, async () => {
    const all = await Promise.all(peers.map(({ client }) => client.status()));
    return all.every(({ mesh }) => mesh.connected === count);
  });
}

/** Throws unless nobody took over what somebody alive held. */
export function refuseTakeovers(endings: readonly Ending[]): void {
  const over = endings.filter(({ claims }) => claims > 1);
  if (over.length > 0) throw new Error(`taken over for no reason: ${JSON.stringify(over)}`);
}
