/** A peer as a process with a data folder of its own, and the control socket to look into it. */
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type ControlClient,
  createControlClient,
  createSecretFile,
  type LogLine,
} from '@bzzz/peer';
import { type Config, isBzzzError } from '@bzzz/protocol';
import type { z } from 'zod';
import { freePorts } from '../../lib/free-ports.ts';
import { type ForgeProcess, tokenOf } from './forge.ts';
import { killGroup, type Running, signalAll } from './processes.ts';
import { bzzz } from './programs.ts';
import type { Stage } from './stage.ts';

/** The account that all peers share. */
export const account = 'bzzz-bot';

export interface PeerSpec {
  readonly name: string;
  readonly listen?: string | undefined;
  /** Addresses of others. */
  readonly bootstrap?: readonly string[];
  readonly mdns?: boolean;
  /** Default: true. */
  readonly dht?: boolean;
  /** 64 hex digits; default: the key that all peers of this stage share. `own`: that of its data folder. */
  readonly key?: string;
  readonly keyFile?: string;
  /** Id of the key that admits members. */
  readonly operator?: string;
  /** Multiaddr where an invite is shown. */
  readonly door?: string;
  readonly repositories?: readonly string[];
  readonly timing?: Readonly<Record<string, number>>;
  /** Root of the Ollama of this peer; default: it looks for none. */
  readonly ollamaUrl?: string | undefined;
  readonly cli?: Config['cli'] | undefined;
  /** As in the peer's configuration. */
  readonly work?: { readonly slots?: number; readonly sandbox?: 'required' | 'off' };
  readonly spend?: Config['spend'] | undefined;
  readonly gateway?: z.input<typeof Config>['gateway'] | undefined;
  /** Where its token comes from, as in its configuration; default: a file with that of `account`. */
  readonly token?: Omit<Partial<Config['forge']>, 'apiUrl' | 'gitUrl'> | undefined;
  /** What stands before the command, to start it elsewhere than here. */
  readonly prefix?: readonly string[];
  /** The command; default: the built program. */
  readonly program?: readonly string[];
  /** Variables of its environment besides those of the machine. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface PeerProcess {
  readonly name: string;
  readonly dataDir: string;
  readonly client: ControlClient;
  id(): string;
  /** Own multiaddrs. */
  addresses(): readonly string[];
  process(): Running;
  /** The whole journal. */
  journal(): Promise<readonly LogLine['entry']['body'][]>;
  /** Asks it to stop, and returns how it ended. */
  stop(): Promise<number | NodeJS.Signals>;
  kill(): Promise<void>;
  pause(): void;
  resume(): void;
  /** A new process over the same folder; default: of the same program as before. */
  restart(program?: readonly string[]): Promise<void>;
  /** Makes it look at the forge, and resolves when it has. */
  look(): Promise<void>;
}

/** Quick reactions, as everything is on this machine. A test overrides what it is about. */
const timing = {
  leaseMs: 30_000,
  staggerMs: 150,
  pollMs: 500,
  lagMs: 500,
  announceMs: 2_000,
  backoffMs: 300,
  reviewMs: 1_000,
};

/** Resolves when the peer answers on its control socket. */
export async function startPeer(
  stage: Stage,
  forge: ForgeProcess,
  spec: PeerSpec,
): Promise<PeerProcess> {
  const dataDir = join(stage.dir, 'peers', spec.name);
  await mkdir(dataDir, { recursive: true, mode: 0o700 });
  const configFile = join(dataDir, 'bzzz.yml');
  // JSON is YAML, so this is the file that a person would write.
  await writeFile(configFile, JSON.stringify(await configOf(stage, forge, { ...spec, dataDir })));
  const client = createControlClient(dataDir);
  let program = spec.program ?? bzzz;
  const start = () => {
    const argv = [...(spec.prefix ?? []), ...program, 'up', '--config', configFile];
    return stage.start(spec.name, { argv, ...(spec.env === undefined ? {} : { env: spec.env }) });
  };
  let running = await start();
  let up = await untilUp();

  async function untilUp() {
    const status = await stage.until(`${spec.name} is up`, async () => {
      if (running.hasEnded()) throw new Error(`${spec.name} ended: ${await running.output()}`);
      return client.status().catch(unlessAway);
    });
    const missing = status.problems.find(({ code }) => code === 'sandbox_missing');
    if (missing !== undefined) throw new Error(`these tests need a sandbox. ${missing.text}`);
    return status;
  }

  /** Answered and unanswered looks at all repositories. */
  async function polls(): Promise<number> {
    const { forge } = await client.status();
    return forge.watching.reduce((sum, one) => sum + one.polls, 0);
  }

  return {
    name: spec.name,
    dataDir,
    client,
    id: () => up.peer.id,
    addresses: () => up.mesh.addresses,
    process: () => running,
    async journal() {
      const bodies: LogLine['entry']['body'][] = [];
      for await (const { entry } of client.logs({ from: 0 })) bodies.push(entry.body);
      return bodies;
    },
    async stop() {
      signalAll(running.pid, 'SIGTERM');
      return running.ended;
    },
    kill: () => killGroup(running),
    pause: () => void signalAll(running.pid, 'SIGSTOP'),
    resume: () => void signalAll(running.pid, 'SIGCONT'),
    async restart(other = program) {
      program = other;
      running = await start();
      up = await untilUp();
    },
    async look() {
      const before = await polls();
      await client.look({});
      await stage.until(
        `${spec.name} has looked at the forge`,
        async () => (await polls()) > before,
      );
    },
  };
}

/** Peers on loopback that know each other's addresses: nothing is announced to any network. */
export async function startPeers(
  stage: Stage,
  forge: ForgeProcess,
  names: readonly string[],
  {
    ollamaOf,
    cliOf,
    spendOf,
    gatewayOf,
    tokenOf: sourceOf,
    programOf,
    ...spec
  }: Omit<PeerSpec, 'name' | 'listen' | 'bootstrap'> & {
    readonly ollamaOf?: (name: string) => string;
    readonly cliOf?: (name: string) => Config['cli'];
    readonly spendOf?: (name: string) => Config['spend'];
    readonly gatewayOf?: (name: string) => PeerSpec['gateway'];
    readonly tokenOf?: (name: string) => PeerSpec['token'];
    readonly programOf?: (name: string) => readonly string[];
  } = {},
): Promise<PeerProcess[]> {
  const addresses = (await freePorts(names.length)).map((port) => `/ip4/127.0.0.1/tcp/${port}`);
  return Promise.all(
    names.map((name, index) =>
      startPeer(stage, forge, {
        ...spec,
        name,
        ollamaUrl: ollamaOf?.(name),
        cli: cliOf?.(name),
        spend: spendOf?.(name),
        gateway: gatewayOf?.(name) ?? spec.gateway,
        ...(sourceOf === undefined ? {} : { token: sourceOf(name) }),
        ...(programOf === undefined ? {} : { program: programOf(name) }),
        listen: addresses[index],
        bootstrap: addresses.filter((_, other) => other !== index),
      }),
    ),
  );
}

/** Waits until everybody is connected to everybody. */
export async function fullMesh(stage: Stage, peers: readonly PeerProcess[]): Promise<void> {
  await stage.until('every peer is connected to every other', async () => {
    const all = await Promise.all(peers.map(({ client }) => client.status()));
    return all.every(({ mesh }) => mesh.connected === peers.length - 1);
  });
}

/** Until each of these holds the whole journals of all others. */
export function untilReplicated(stage: Stage, peers: readonly PeerProcess[]): Promise<unknown> {
  return stage.until('each holds the whole journals of the others', async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.peers()));
    return answers.every((answer) =>
      answer.peers.every(({ journal }) => journal.here === journal.length),
    );
  });
}

/** The peer that said last in its journal that it won the claim of a task. */
export async function untilHolder(
  stage: Stage,
  peers: readonly PeerProcess[],
  { number, epoch }: { readonly number: number; readonly epoch: number },
): Promise<PeerProcess> {
  return stage.until(`somebody holds #${number} in epoch ${epoch}`, async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.tasks().catch(unlessAway)));
    const holder = answers
      .flatMap((answer) => answer?.tasks ?? [])
      .find((one) => one.task.endsWith(`#${number}`) && one.epoch === epoch && one.holder !== null);
    return holder && peers.find((peer) => peer.id() === holder.holder);
  });
}

/** Every peer that answers calls the task done. */
export async function untilAllSayDone(
  stage: Stage,
  peers: readonly PeerProcess[],
  number: number,
): Promise<void> {
  await stage.until(`all peers say that #${number} is done`, async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.tasks()));
    return answers.every(({ tasks }) =>
      tasks.some(({ task, state }) => task.endsWith(`#${number}`) && state === 'done'),
    );
  });
}

/** A file of this name somewhere in the worktrees of a peer. */
export async function findInWorktrees(
  peer: PeerProcess,
  name: string,
): Promise<string | undefined> {
  const dir = join(peer.dataDir, 'worktrees');
  if (!existsSync(dir)) return undefined;
  const slots = await readdir(dir, { withFileTypes: true });
  for (const slot of slots) {
    const file = join(dir, slot.name, 'tree', name);
    if (slot.isDirectory() && existsSync(file)) return file;
  }
  return undefined;
}

interface Placed extends PeerSpec {
  readonly dataDir: string;
}

async function configOf(stage: Stage, forge: ForgeProcess, spec: Placed) {
  const tokenFile = join(stage.dir, 'token');
  if (spec.token === undefined) await createSecretFile(tokenFile, tokenOf(account));
  return {
    name: spec.name,
    dataDir: spec.dataDir,
    mesh: {
      name: 'e2e',
      ...(await keyOf(stage, spec)),
      ...(spec.operator === undefined ? {} : { operator: spec.operator }),
      ...(spec.door === undefined ? {} : { door: spec.door }),
      listen: [spec.listen ?? '/ip4/127.0.0.1/tcp/0'],
      bootstrap: spec.bootstrap ?? [],
      mdns: spec.mdns ?? false,
      dht: spec.dht ?? true,
    },
    forge: { apiUrl: forge.url, gitUrl: forge.url, ...(spec.token ?? { tokenFile }) },
    repositories: spec.repositories ?? [forge.repo],
    timing: { ...timing, ...spec.timing },
    liveness: { preset: 'lan' },
    // What a test expects may not depend on the machine.
    work: { slots: 1, ...spec.work },
    gateway: { enabled: false, ...spec.gateway },
    ollama: spec.ollamaUrl === undefined ? { enabled: false } : { url: spec.ollamaUrl },
    ...(spec.cli === undefined ? {} : { cli: spec.cli }),
    ...(spec.spend === undefined ? {} : { spend: spec.spend }),
  };
}

async function keyOf(stage: Stage, { key, keyFile }: Placed) {
  if (keyFile !== undefined) return { keyFile };
  return key === 'own' ? {} : { key: key ?? (await sharedKey(stage)) };
}

async function sharedKey(stage: Stage): Promise<string> {
  const file = join(stage.dir, 'mesh.key');
  await createSecretFile(file, randomBytes(32).toString('hex'));
  return (await readFile(file, 'utf8')).trim();
}

function unlessAway(error: unknown): undefined {
  if (!isBzzzError(error, 'peer_not_running')) throw error;
}
