/** Who belongs to the mesh, as far as this machine has a say in it: wiring of what `coordination` decides. */
import { isIP } from 'node:net';
import {
  type Admission,
  type Clock,
  createOperator,
  keepNetworkKey,
  type Operator,
  type Random,
  startAdmission,
} from '@bzzz/coordination';
import { createSigner, type Identity, type MeshService, verifySignature } from '@bzzz/mesh';
import { BzzzError, type Config, inviteText, type PeerId, reasonOf } from '@bzzz/protocol';
import type { Layout } from '../folder/layout.ts';
import type { Logger } from '../logger.ts';
import { type DoorKeeper, keepDoor } from './door.ts';
import {
  readInvites,
  readMembers,
  readOperator,
  readOperatorKey,
  writeInvites,
  writeMembers,
} from './files.ts';
import { membersOnly } from './members-only.ts';
import type { KeyRing } from './network-keys.ts';

export interface JoiningDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly identity: Identity;
  /** Not started yet. */
  readonly mesh: MeshService;
  readonly keys: KeyRing;
  readonly logger: Logger;
}

export interface Joining {
  /** What the rest of the peer goes by. */
  readonly mesh: MeshService;
  /** Null: the mesh has no operator, and whoever has the network key is a member. */
  readonly admission: Admission | null;
  /** After the mesh has started. */
  begin(): Promise<void>;
  /** Makes a code that lets one new peer in. Throws `operator_missing`, `port_taken`, `config_invalid`. */
  invite(options: { lastsMs: number; hosts: readonly string[] }): Promise<Invited>;
  /** Null: the operator's key is not here. */
  readonly operator: Operator | null;
  stop(): Promise<void>;
}

interface Invited {
  readonly code: string;
  readonly expiresAtMs: number;
  readonly doors: readonly string[];
}

/** Throws `config_invalid`, `members_invalid`, and what the files of the data folder are refused for. */
export async function createJoining(
  deps: JoiningDeps,
  { mesh: config }: Pick<Config, 'mesh'>,
  layout: Layout,
): Promise<Joining> {
  const operatorId = config.operator ?? (await readOperator(layout));
  if (operatorId === null) {
    // As where a file was lost: a mesh with members must not become one of whoever has its key.
    if ((await readMembers(layout)) === null) return openMesh(deps);
    const reason = `${layout.members} is there and ${layout.operator} is not: say whose mesh it is in \`mesh.operator\``;
    throw new BzzzError('config_invalid', reason);
  }
  const { clock, mesh, keys, logger } = deps;
  const warn = (what: string) => (error: BzzzError, peer?: PeerId) =>
    logger.warn(what, { code: error.code, reason: error.reason, ...(peer && { peer }) });
  const admission = await startAdmission(
    {
      clock,
      mesh,
      signer: { verify: verifySignature },
      save: (list) => writeMembers(layout, list),
      onTrouble: seldom(clock, warn('a list of members is not taken')),
      onDefect: (error) => logger.error('a listener failed', { reason: reasonOf(error) }),
    },
    { mesh: config.name, operator: operatorId },
    await readMembers(layout),
  );
  const only = membersOnly(mesh, admission);
  const onTrouble = warn('the network key could not be changed');
  const keeping = keepNetworkKey({ clock, mesh: only, admission, keys, onTrouble });
  const power = await powerOf(deps, { config, layout, admission, operatorId });
  return {
    mesh: only,
    admission,
    async begin() {
      await power?.operator.finish();
      power?.door.reconsider();
    },
    async invite(options) {
      if (power !== null) return invite(power, deps.identity.peer, options);
      throw noOperator(admission);
    },
    operator: power?.operator ?? null,
    async stop() {
      keeping.stop();
      admission.stop();
      await power?.door.stop();
    },
  };
}

/** Anybody may bring lists that are none: they fill no log. */
function seldom(
  clock: Clock,
  tell: (error: BzzzError, peer: PeerId) => void,
): (error: BzzzError, peer: PeerId) => void {
  let toldAtMs = -seldomMs;
  return (error, peer) => {
    if (clock.monotonicMs() - toldAtMs < seldomMs) return;
    toldAtMs = clock.monotonicMs();
    tell(error, peer);
  };
}

const seldomMs = 60_000;

/** Of a mesh without an operator. */
function openMesh({ mesh }: JoiningDeps): Joining {
  return {
    mesh,
    admission: null,
    begin: async () => undefined,
    async invite() {
      throw noOperator(null);
    },
    operator: null,
    stop: async () => undefined,
  };
}

/** Why this machine cannot say who belongs to the mesh. */
export function noOperator(admission: Pick<Admission, 'list'> | null): BzzzError {
  const reason =
    admission === null
      ? 'this mesh has no operator: whoever has its network key is a member'
      : `this machine does not hold the key of ${admission.list().operator}, the operator of this mesh`;
  return new BzzzError('operator_missing', reason);
}

interface Power {
  readonly operator: Operator;
  readonly door: DoorKeeper;
}

/** Null: the operator's key is on another machine. */
async function powerOf(
  { clock, random, identity, mesh, keys, logger }: JoiningDeps,
  at: {
    readonly config: Config['mesh'];
    readonly layout: Layout;
    readonly admission: Admission;
    readonly operatorId: PeerId;
  },
): Promise<Power | null> {
  const { config, layout, admission, operatorId } = at;
  const key = await readOperatorKey(layout);
  if (key === null || key.peer !== operatorId) return null;
  const operator = createOperator({
    clock,
    random,
    operator: createSigner(key),
    self: identity.peer,
    admission,
    keys,
    invites: await readInvites(layout),
    saveInvites: (invites) => writeInvites(layout, invites),
    addresses: () => [...new Set([...mesh.multiaddrs(), ...config.bootstrap])],
    onInvites: () => door.reconsider(),
  });
  const door: DoorKeeper = keepDoor(
    {
      clock,
      identity,
      operator,
      onTrouble: ({ code, reason }) => logger.warn('the door is not open', { code, reason }),
      onKnockFailed: (error) =>
        logger.warn('somebody who knocked was not let in', { reason: reasonOf(error) }),
    },
    { listen: config.door },
  );
  return { operator, door };
}

async function invite(
  { operator, door }: Power,
  self: PeerId,
  { lastsMs, hosts }: { readonly lastsMs: number; readonly hosts: readonly string[] },
): Promise<Invited> {
  const listening = await door.open();
  try {
    const named = hosts.map((host) => doorAt(host, listening, self));
    const doors = [...new Set([...named, ...listening])];
    const made = await operator.invite({ lastsMs, doors });
    return { code: inviteText(made), expiresAtMs: made.grant.expiresAtMs, doors: made.doors };
  } finally {
    // Open by now for this invite, or closed again where there is none.
    door.reconsider();
  }
}

/** The door by another name of this machine, such as that of its proxy or its VPN. */
function doorAt(host: string, listening: readonly string[], self: PeerId): string {
  const port = /\/tcp\/(\d+)/.exec(listening[0] ?? '')?.[1] ?? '';
  const kinds = { 4: 'ip4', 6: 'ip6', 0: 'dns' } as const;
  const kind = kinds[isIP(host) as keyof typeof kinds];
  return `/${kind}/${host}/tcp/${port}/p2p/${self}`;
}
