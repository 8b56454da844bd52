/** Why a peer is alone, in plain words: its port, its ways to others, its key. */
import { readFile } from 'node:fs/promises';
import type { QuarantineView } from '@bzzz/coordination';
import type { WorkerState } from '@bzzz/execution';
import type { Config } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import type { SurveyState } from '../survey/survey.ts';
import type { MeshTrouble } from '../wiring/mesh-troubles.ts';
import { bad, good } from './checks.ts';
import { whyNotFree } from './free-port.ts';
import { whyNotReached } from './net/reach.ts';
import { tcpAddress } from './tcp-address.ts';

/** What a running peer knows of its mesh. */
export interface LiveMesh {
  readonly addresses: readonly string[];
  readonly connected: number;
  readonly known: number;
  /** Who of those known is not connected, and how it stands. */
  readonly apart: readonly string[];
  readonly troubles: readonly MeshTrouble[];
}

/** What a running peer knows of its mesh, and of its machine as it looked last. */
export interface Live extends LiveMesh {
  readonly lookedAgoMs: number;
  readonly lookFailures: SurveyState['failures'];
  readonly workers: readonly WorkerState[];
  readonly quarantine: readonly QuarantineView[];
}

/** Each address to listen on: taken by somebody else, or free (or ours, when we run). */
export async function checkPorts(
  { listen }: Config['mesh'],
  live: LiveMesh | null,
): Promise<Check[]> {
  if (live !== null) return [good('port', `listening on ${live.addresses.join(', ')}`)];
  return Promise.all(
    listen.map(async (address) => {
      const tcp = tcpAddress(address);
      if (tcp === null) return good('port', `${address} is no TCP address and is not checked`);
      const reason = await whyNotFree(tcp);
      if (reason === null) return good('port', `${address} is free`);
      const advice =
        'Another process listens there: end it, or choose another port in `mesh.listen`.';
      return bad('port', `${address} cannot be had: ${reason}`, advice);
    }),
  );
}

export async function checkMesh(mesh: Config['mesh'], live: LiveMesh | null): Promise<Check> {
  if (live !== null && live.connected > 0) {
    return good('mesh', connectedText(live));
  }
  const wrongKey = live?.troubles.find(({ code }) => code === 'mesh_wrong_key');
  if (wrongKey !== undefined) {
    const advice =
      'Compare `mesh.name`; `bzzz invite` there and `bzzz join` here bring the right network key.';
    return bad('mesh', `alone: ${wrongKey.reason}`, advice);
  }
  const ways = [...(await bootstrapFindings(mesh.bootstrap)), ...(await mdnsFindings(mesh))];
  const open = ways.filter(({ works }) => works).map(({ text }) => text);
  const shut = ways.filter(({ works }) => !works).map(({ text }) => text);
  if (live === null && open.length > 0) return good('mesh', open.join('; '));
  const state = live === null ? 'would be alone' : 'alone';
  if (open.length === 0) {
    return bad('mesh', `${state}: ${shut.join('; ')}`, waysAdvice);
  }
  const advice =
    'Look whether the other peer runs, has the same `mesh.key` and `mesh.name`, and is not behind a firewall.';
  return bad(
    'mesh',
    `${state}, though there are ways to others: ${[...open, ...shut].join('; ')}`,
    advice,
  );
}

/** Of a large mesh the first few names, that the line stays one. */
export function connectedText({ connected, known, apart }: LiveMesh): string {
  const text = `${connected} of ${known} known peers connected`;
  if (apart.length === 0) return text;
  const more = apart.length > 5 ? ` and ${apart.length - 5} more` : '';
  return `${text}, not ${apart.slice(0, 5).join(', ')}${more}`;
}

const waysAdvice =
  'Set `mesh.bootstrap` to the address of a running peer (`bzzz status` there shows it).';

interface Finding {
  readonly works: boolean;
  readonly text: string;
}

async function bootstrapFindings(bootstrap: readonly string[]): Promise<Finding[]> {
  if (bootstrap.length === 0) return [{ works: false, text: 'no bootstrap address is set' }];
  return Promise.all(
    bootstrap.map(async (address) => {
      const tcp = tcpAddress(address);
      if (tcp === null) return { works: true, text: `${address} is not checked` };
      const unreached = await whyNotReached(tcp);
      return unreached === null
        ? { works: true, text: `${address} answers` }
        : { works: false, text: `${address} does not answer (${unreached.reason})` };
    }),
  );
}

async function mdnsFindings({ mdns, listen }: Config['mesh']): Promise<Finding[]> {
  if (!mdns) return [{ works: false, text: 'the local network is not asked (mesh.mdns is off)' }];
  if (listen.every((address) => /^\/(?:ip4\/127\.|ip6\/::1\/)/.test(address))) {
    return [{ works: false, text: 'it listens on loopback only, where mDNS finds nobody' }];
  }
  if (!(await hasMulticastRoute())) {
    const text = 'no route for multicast, so mDNS finds nobody (`ip route add default ...`)';
    return [{ works: false, text }];
  }
  return [{ works: true, text: 'the local network is asked by mDNS' }];
}

/** mDNS goes out by the route of 224.0.0.251; without one it fails in silence. */
async function hasMulticastRoute(): Promise<boolean> {
  const table = await readFile('/proc/net/route', 'utf8').catch(() => null);
  // Not Linux: nothing is known, so nothing is said.
  if (table === null) return true;
  const routes = table.trim().split('\n').slice(1);
  return routes.some((line) => {
    const [, destination = '', , , , , , mask = ''] = line.split(/\s+/);
    return isWithin(Number.parseInt(destination, 16), Number.parseInt(mask, 16));
  });
}

/** The kernel prints addresses in the byte order of the machine, here little endian. */
function isWithin(destination: number, mask: number): boolean {
  const group = 0xfb_00_00_e0;
  return (group & mask) >>> 0 === destination >>> 0;
}
