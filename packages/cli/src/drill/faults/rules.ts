/**
 * What is dropped between peers of one machine, as the text that nft takes. All of them talk over its loopback
 * device, whichever of its addresses they dial; which of two peers a packet is from, only its connection tells.
 */
import type { Connection, Endpoint } from './sockets.ts';

/** One direction of a connection. */
export interface Flow {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

export interface Cut {
  /** Process numbers of one side; all others are the other. */
  readonly side: ReadonlySet<number>;
  /** Only what this side says is not heard; what it is told it hears. */
  readonly oneWay: boolean;
}

/** The directions in which a connection is let through. */
export function passing({ side, oneWay }: Cut, { from, to, local, remote }: Connection): Flow[] {
  const [there, back] = [
    { from: local, to: remote },
    { from: remote, to: local },
  ];
  if (side.has(from) === side.has(to)) return [there, back];
  if (!oneWay) return [];
  return side.has(from) ? [back] : [there];
}

/**
 * Nothing passes to or from these ports but flows that are named: what is not known to stay on one side is dropped,
 * so that a new connection across never comes up, and one within a side waits for the next packet.
 */
export function cutRules(table: string, ports: readonly number[], flows: readonly Flow[]): string {
  return `table inet ${table} {
${flowSets}
  set ports { type inet_service; elements = { ${ports.join(', ')} } }
  chain across {
    ${ofFlow('4', 'accept')}
    ${ofFlow('6', 'accept')}
    counter drop
  }
  chain arriving {
    type filter hook input priority -10; policy accept;
    iifname "lo" tcp dport @ports goto across
    iifname "lo" tcp sport @ports goto across
  }
}
${addFlows(table, flows)}`;
}

export interface BadLink {
  /** Of a hundred packets so many are lost. */
  readonly percent: number;
  /** What comes faster is dropped, as by a router whose queue is full. */
  readonly kilobits: number;
}

/** To and from these ports, and on these flows. */
export function slowRules(
  table: string,
  ports: readonly number[],
  flows: readonly Flow[],
  { percent, kilobits }: BadLink,
): string {
  const bytes = Math.max(1, Math.round((kilobits * 1000) / 8));
  return `table inet ${table} {
${flowSets}
  set ports { type inet_service; elements = { ${ports.join(', ')} } }
  chain link {
    limit rate over ${bytes} bytes/second burst ${burstBytes} bytes counter drop
    numgen random mod 100 < ${percent} counter drop
  }
  chain arriving {
    type filter hook input priority -10; policy accept;
    iifname "lo" tcp dport @ports goto link
    iifname "lo" tcp sport @ports goto link
    iifname "lo" ${ofFlow('4', 'goto link')}
    iifname "lo" ${ofFlow('6', 'goto link')}
  }
}
${addFlows(table, flows)}`;
}

/** Further flows of the set; empty: there are none. */
export function addFlows(table: string, flows: readonly Flow[]): string {
  return changeOf('add', table, flows);
}

/** Flows that are over; each must be in the set. */
export function deleteFlows(table: string, flows: readonly Flow[]): string {
  return changeOf('delete', table, flows);
}

function changeOf(verb: 'add' | 'delete', table: string, flows: readonly Flow[]): string {
  return flows
    .map(({ from, to }) => {
      const set = from.address.includes(':') ? 'flows6' : 'flows4';
      const flow = `${from.address} . ${from.port} . ${to.address} . ${to.port}`;
      return `${verb} element inet ${table} ${set} { ${flow} }`;
    })
    .join('\n');
}

/** A single packet over loopback may have 64 KiB; one that never fits would stop a connection for good. */
const burstBytes = 262_144;

const flowSets = ['4', '6']
  .map(
    (version) =>
      `  set flows${version} { type ipv${version}_addr . inet_service . ipv${version}_addr . inet_service; }`,
  )
  .join('\n');

function ofFlow(version: '4' | '6', verdict: string): string {
  const ip = version === '4' ? 'ip' : 'ip6';
  return `${ip} saddr . tcp sport . ${ip} daddr . tcp dport @flows${version} ${verdict}`;
}
