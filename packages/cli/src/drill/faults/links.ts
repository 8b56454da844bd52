/** Faults between peers: what one says does not reach another, or not all of it. */
import { setTimeout as pause } from 'node:timers/promises';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { networkOf } from '../network.ts';
import { newTable, type Packets, packetsOf } from '../nft.ts';
import { answerMsMax, answerOf, names, type Target, within } from '../targets.ts';
import { createUndoList } from '../undo-list.ts';
import type { Fault } from './fault.ts';
import {
  addFlows,
  deleteFlows,
  type BadLink,
  cutRules,
  type Flow,
  passing,
  slowRules,
} from './rules.ts';
import { type Connection, connectionsAmong } from './sockets.ts';

/** How soon a connection that was opened since is known. */
const lookEveryMs = 100;

/** Between `on` and all other peers of this machine nothing passes, or with `oneWay` nothing that `on` says. */
export async function partitionFault(
  on: readonly Target[],
  all: readonly Target[],
  { oneWay }: { readonly oneWay: boolean },
): Promise<Fault> {
  const others = all.filter((one) => !on.includes(one));
  if (others.length === 0)
    throw new BzzzError('cli_usage', '--on names all peers: nobody is left to be cut off from');
  const cut = { side: new Set(on.map(({ process }) => process.pid)), oneWay };
  const ports = portsOf(all);
  const what = oneWay ? `what ${names(on)} says does not reach` : `cut ${names(on)} off from`;
  return linkFault(
    'partition',
    `${what} ${names(others)}`,
    { on, all },
    {
      flows: (connection) => passing(cut, connection),
      rules: (table, flows) => cutRules(table, ports, flows),
      noticed: (signal) => connectedAcross(on, others, within(signal, answerMsMax)),
    },
  );
}

/** Whatever passes between `on` and anybody else of this machine. */
export async function slowFault(
  on: readonly Target[],
  all: readonly Target[],
  link: BadLink,
): Promise<Fault> {
  const side = new Set(on.map(({ process }) => process.pid));
  const ports = portsOf(on);
  const how = `${link.percent} % of packets lost, ${link.kilobits} kbit/s`;
  return linkFault(
    'slow',
    `bad links of ${names(on)}: ${how}`,
    { on, all },
    {
      flows: ({ from, to, local, remote }) =>
        side.has(from) || side.has(to)
          ? [
              { from: local, to: remote },
              { from: remote, to: local },
            ]
          : [],
      rules: (table, flows) => slowRules(table, ports, flows, link),
    },
  );
}

interface Peers {
  readonly on: readonly Target[];
  readonly all: readonly Target[];
}

interface Shape {
  readonly flows: (connection: Connection) => Flow[];
  readonly rules: (table: string, flows: readonly Flow[]) => string;
  /** What the peers noticed, in words. */
  readonly noticed?: (signal: AbortSignal) => Promise<string>;
}

async function linkFault(
  fault: 'partition' | 'slow',
  about: string,
  { on, all }: Peers,
  { flows, rules, noticed }: Shape,
): Promise<Fault> {
  await refuseElsewhere(all);
  const network = await oneNetwork(all);
  const table = newTable();
  const pids = all.map(({ process }) => process.pid);
  const packets = await packetsOf(network, table);
  const undoing = createUndoList();
  const over = new AbortController();
  let watching: Promise<void> = Promise.resolve();
  let trouble: string | undefined;
  const look = async () => (await connectionsAmong(pids)).flatMap(flows);
  return {
    about,
    on,
    async begin() {
      for (const { dataDir, process } of on)
        await undoing.note({ dataDir, left: { fault, process, table, network } });
      const known = await look();
      await packets.apply(rules(table, known));
      watching = follow(packets, { known, look, signal: over.signal }).catch((error: unknown) => {
        trouble = reasonOf(error);
      });
    },
    async effect(signal) {
      if (trouble !== undefined) throw new BzzzError('drill_broke_off', trouble);
      const count = await packets.dropped();
      if (count === 0) return null;
      const told = noticed === undefined ? '' : `; ${await noticed(signal)}`;
      return `${count} packets were dropped${told}`;
    },
    async heal() {
      over.abort();
      await watching;
      await undoing.undo();
    },
  };
}

/** A connection of which neither side has noticed yet that it is dead still counts; who does not answer is named. */
export async function connectedAcross(
  on: readonly Pick<Target, 'client' | 'name'>[],
  others: readonly Pick<Target, 'id'>[],
  signal: AbortSignal,
): Promise<string> {
  const far = new Set<string>(others.map(({ id }) => id));
  let still = 0;
  const silent: string[] = [];
  const ask = async ({ client, name }: Pick<Target, 'client' | 'name'>) => {
    try {
      const { peers } = await client.peers({ signal });
      still += peers.filter(({ id, connected }) => connected && far.has(id)).length;
    } catch (error) {
      silent.push(`${name} could not be asked: ${reasonOf(error)}`);
    }
  };
  await Promise.all(on.map(ask));
  const seen =
    still === 0
      ? 'no connection across was left'
      : `${still} connections across were still taken for alive`;
  return [...(silent.length < on.length ? [seen] : []), ...silent].join('; ');
}

/** Tells the filter of every connection that comes up, and of those that ended: others may have their ports after them. */
async function follow(
  packets: Packets,
  {
    known,
    look,
    signal,
  }: {
    readonly known: readonly Flow[];
    readonly look: () => Promise<Flow[]>;
    readonly signal: AbortSignal;
  },
): Promise<void> {
  let told = byKey(known);
  while (!signal.aborted) {
    await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
    const now = byKey(await look());
    const fresh = [...now].flatMap(([key, flow]) => (told.has(key) ? [] : [flow]));
    const over = [...told].flatMap(([key, flow]) => (now.has(key) ? [] : [flow]));
    const change = [deleteFlows(packets.table, over), addFlows(packets.table, fresh)];
    if (fresh.length + over.length > 0) await packets.apply(change.join('\n'));
    told = now;
  }
}

function byKey(flows: readonly Flow[]): ReadonlyMap<string, Flow> {
  return new Map(flows.map((flow) => [keyOf(flow), flow]));
}

function keyOf({ from, to }: Flow): string {
  return `${from.address} ${from.port} ${to.address} ${to.port}`;
}

/** Where they are dialled. Throws `drill_means_missing`. */
function portsOf(peers: readonly Target[]): number[] {
  const ports = peers.flatMap(({ status }) =>
    status.mesh.addresses.flatMap((one) => /\/tcp\/(\d+)/.exec(one)?.[1] ?? []),
  );
  if (ports.length > 0) return [...new Set(ports.map(Number))];
  const reason = `${names(peers)} can be dialled at no TCP port, which is what would be cut`;
  throw new BzzzError('drill_means_missing', reason);
}

/** Over what leaves this machine the rules here say nothing. */
async function refuseElsewhere(all: readonly Target[]): Promise<void> {
  const here = new Set<string>(all.map(({ id }) => id));
  for (const { client, name } of all) {
    const { peers } = await answerOf(name, (options) => client.peers(options));
    const other = peers.find(({ id, connected }) => connected && !here.has(id));
    if (other === undefined) continue;
    const reason = `${name} is connected with ${other.name}, which is none of the peers here: name its data folder too (--data), or cut the network between the machines by its own means`;
    throw new BzzzError('drill_peer_elsewhere', reason);
  }
}

async function oneNetwork(all: readonly Target[]): Promise<string> {
  const networks = await Promise.all(all.map(({ process }) => networkOf(process.pid)));
  const [network] = networks;
  if (network !== undefined && networks.every((one) => one === network)) return network;
  throw new BzzzError(
    'drill_peer_elsewhere',
    'these peers are in several network namespaces: cut what connects those',
  );
}
