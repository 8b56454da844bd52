/** `bzzz doctor net`: everything that can stand between this peer and the others, one after the other. */
import { type Config, wireVersions } from '@bzzz/protocol';
import type { Check } from '@bzzz/protocol/api';
import type { MemberView } from '@bzzz/coordination';
import { bad, good, guarded } from '../checks.ts';
import { checkForge } from '../forge.ts';
import { checkPorts, connectedText, type LiveMesh } from '../mesh.ts';
import type { Membership } from '../../status/problems.ts';
import { checkAddress } from './address.ts';
import { checkMulticast } from './multicast.ts';

export interface NetOptions {
  /** Further addresses to look at, besides those of the configuration. */
  readonly addresses: readonly string[];
  /** Network keys, the one in force first. */
  readonly keys: readonly string[];
  /** Null: no peer runs on this configuration. */
  readonly live: (LiveMesh & LiveMembers) | null;
  readonly signal?: AbortSignal;
}

interface LiveMembers {
  readonly membership: Membership;
  readonly others: readonly MemberView[];
}

/** Never throws but `aborted`. */
export async function diagnoseNet(config: Config, options: NetOptions): Promise<Check[]> {
  const { mesh } = config;
  const { live, keys, signal } = options;
  const addresses = [...new Set([...mesh.bootstrap, ...options.addresses])];
  const groups = await Promise.all([
    checkPorts(mesh, live),
    one('multicast', () => checkMulticast(mesh)),
    ...addresses.map((address) =>
      one(`address ${address}`, () => checkAddress(address, { name: mesh.name, keys })),
    ),
    checkForge(config, signal === undefined ? {} : { signal }).then(checksOfTime),
  ]);
  signal?.throwIfAborted();
  const known =
    live === null ? [] : [checkAdmission(live), checkVersions(live), checkConnections(live)];
  return [...groups.flat(), ...known];
}

async function one(name: string, run: () => Promise<Check>): Promise<Check[]> {
  return [await guarded(name, run)];
}

/** A clock that is off makes hints of others look old, and is told by the forge's. */
function checksOfTime(checks: readonly Check[]): Check[] {
  return checks.filter(({ name }) => name === 'forge' || name === 'clock');
}

function checkAdmission({ membership }: LiveMembers): Check {
  const { operator, isMember } = membership;
  if (operator === null) return good('admission', 'this mesh has no operator; its key is enough');
  if (isMember) return good('admission', `the operator ${operator} has admitted this peer`);
  const advice =
    'Where the operator key lies: `bzzz peers admit` with the id of this peer, or `bzzz invite`.';
  return bad('admission', `the operator ${operator} has not admitted this peer`, advice);
}

function checkVersions({ others }: LiveMembers): Check {
  const { min, max } = wireVersions;
  const apart = others.filter(({ capabilities: { wire } }) => wire.max < min || wire.min > max);
  if (apart.length === 0)
    return good('versions', `all ${others.length} known peers speak wire ${max}`);
  const named = apart.map(({ name, capabilities: { version } }) => `${name} (${version})`);
  const advice = 'Upgrade the older ones: docs/OPERATIONS.md says which releases work together.';
  return bad('versions', `${named.join(', ')} speak none of the wire versions of this one`, advice);
}

function checkConnections(live: LiveMesh): Check {
  const [trouble] = live.troubles;
  if (live.connected > 0) return good('mesh', connectedText(live));
  const advice =
    'What is wrong above says why; give an address of another peer to look at it: `bzzz doctor net /ip4/...`.';
  return bad('mesh', `alone${trouble === undefined ? '' : `: ${trouble.reason}`}`, advice);
}
