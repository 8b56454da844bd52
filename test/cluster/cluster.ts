/** Five hosts, a forge on the sixth, and what the scenarios do with them. */
import { join } from 'node:path';
import { z } from 'zod';
import { type ForgeProcess, startForge, type World } from '../e2e/harness/forge.ts';
import { type PeerProcess, type PeerSpec, startPeer } from '../e2e/harness/peer.ts';
import { processesUnder, signalAll } from '../e2e/harness/processes.ts';
import type { Stage } from '../e2e/harness/stage.ts';
import { bodyOf, gatedWorld, maintainer, type RecipeName } from '../e2e/harness/worlds.ts';
import { keepReflog } from '../races/verdict.ts';
import { startForgeOn } from './forge-host.ts';
import { type Faults, faultsOn } from './net/faults.ts';
import { type Host, type Lan, layLan } from './net/lan.ts';
import { loopbackHosts } from './net/loopback.ts';

const names = ['acacia', 'walnut', 'ironwood', 'rosewood', 'forsteinet'] as const;
/** Where each peer listens on its host. */
export const peerPort = 4801;

export interface Cluster {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  /** Those of the peers. */
  readonly hosts: readonly Host[];
  /** Started so far, each on the host of its name. */
  readonly peers: readonly PeerProcess[];
  /** Issues filed so far. */
  readonly issues: readonly number[];
  /** Undefined on loopback, where there is no network to break. */
  readonly net: Net | undefined;
  /** A peer on that host, with nothing but what is said here to find others by. */
  start(host: Host, spec?: Omit<PeerSpec, 'name'>): Promise<PeerProcess>;
  hostOf(peer: PeerProcess): Host;
  /** A person files an issue; returns its number. */
  file(recipe: RecipeName): Promise<number>;
}

export interface Net {
  readonly lan: Lan;
  readonly faults: Faults;
  readonly forgeHost: Host;
}

/** Where a peer on that host is found. */
export function addressOf(host: Host): string {
  return `/ip4/${host.address()}/tcp/${peerPort}`;
}

/** On namespaces, or with `loopback` without them. */
export async function createCluster(
  stage: Stage,
  { loopback }: { readonly loopback: boolean },
): Promise<Cluster> {
  const world = await gatedWorld(stage, []);
  return loopback ? onLoopback(stage, world) : onNamespaces(stage, world);
}

async function onNamespaces(stage: Stage, world: World): Promise<Cluster> {
  const lan = await layLan(stage, [...names, 'forge']);
  const [forgeHost, hosts] = [lan.hosts.at(-1), lan.hosts.slice(0, -1)];
  if (forgeHost === undefined) throw new Error('there is no host for the forge');
  const faults = await faultsOn(lan);
  const { forge, url } = await startForgeOn(stage, forgeHost, world);
  const net = { lan, faults, forgeHost };
  return clusterOf(stage, { forge, url, hosts, net, listen: () => `/ip4/0.0.0.0/tcp/${peerPort}` });
}

async function onLoopback(stage: Stage, world: World): Promise<Cluster> {
  const forge = await startForge(stage, world);
  const hosts = loopbackHosts(names);
  return clusterOf(stage, { forge, url: forge.url, hosts, net: undefined, listen: addressOf });
}

interface Ground extends Pick<Cluster, 'forge' | 'hosts' | 'net'> {
  /** Of the forge, for the peers. */
  readonly url: string;
  readonly listen: (host: Host) => string;
}

async function clusterOf(stage: Stage, ground: Ground): Promise<Cluster> {
  const { forge, hosts, net, url, listen } = ground;
  await keepReflog(forge);
  const peers: PeerProcess[] = [];
  const issues: number[] = [];
  stage.defer(() => endAll(stage, peers));
  return {
    stage,
    forge,
    hosts,
    peers,
    issues,
    net,
    async start(host, spec = {}) {
      const { name, prefix } = host;
      const placed = { dht: false, listen: listen(host), ...spec, name, prefix };
      // Nothing is announced on a network that is not the test's own.
      if (net === undefined) placed.mdns = false;
      const peer = await startPeer(stage, { ...forge, url }, placed);
      peers.push(peer);
      return peer;
    },
    hostOf(peer) {
      const host = hosts.find(({ name }) => name === peer.name);
      if (host === undefined) throw new Error(`${peer.name} is on no host`);
      return host;
    },
    async file(recipe) {
      const word = wordOf(issues.length);
      const issue = { title: `Write ${word}`, body: bodyOf(recipe, word), labels: ['bzzz'] };
      const { number } = Filed.parse(await forge.call(maintainer, 'POST', 'issues', issue));
      issues.push(number);
      return number;
    },
  };
}

/**
 * Before their network goes. A peer that is killed with all that it started leaves its gits to end with
 * their connections, and over a network that is gone no connection ever ends.
 */
async function endAll({ dir }: Stage, peers: readonly PeerProcess[]): Promise<void> {
  await Promise.all(peers.map((peer) => peer.kill()));
  const gits = await processesUnder(join(dir, 'peers'));
  for (const { pid, command } of gits) if (/^\S*git\b/.test(command)) signalAll(pid, 'SIGKILL');
}

const Filed = z.object({ number: z.number() });

/** A word of letters for each issue. */
function wordOf(index: number): string {
  return `w${String(index).replaceAll(/\d/g, (digit) => 'abcdefghij'.charAt(Number(digit)))}`;
}
