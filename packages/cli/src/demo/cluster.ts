/**
 * Five peers on this machine, each a process with a data folder of its own. They listen on loopback
 * only and know each other's addresses, so nothing is announced on anybody's network.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createControlClient, createSecretFile } from '@bzzz/peer';
import { BzzzError, isBzzzError, type RepoName } from '@bzzz/protocol';

export interface DemoPeer {
  readonly name: string;
  readonly dataDir: string;
  readonly process: ChildProcess;
  /** How it ended, once it has: an exit code or a signal. */
  readonly ended: Promise<string>;
}

export interface ClusterOptions {
  readonly dir: string;
  readonly names: readonly string[];
  readonly forgeUrl: string;
  readonly tokenFile: string;
  readonly repo: RepoName;
}

const entry = fileURLToPath(new URL('../main.js', import.meta.url));

/** Quick reactions, as the forge is on this machine and answers in milliseconds. */
const timing = {
  leaseMs: 20_000,
  staggerMs: 250,
  pollMs: 1_000,
  lagMs: 1_000,
  announceMs: 5_000,
  backoffMs: 1_000,
  reviewMs: 5_000,
};

export async function startCluster(options: ClusterOptions): Promise<DemoPeer[]> {
  const { dir, names } = options;
  const keyFile = join(dir, 'mesh.key');
  await mkdir(dir, { recursive: true, mode: 0o700 });
  await createSecretFile(keyFile, randomBytes(32).toString('hex'));
  const ports = await freePorts(names.length);
  const addresses = ports.map((port) => `/ip4/127.0.0.1/tcp/${port}`);
  const peers: DemoPeer[] = [];
  for (const [index, name] of names.entries()) {
    const dataDir = join(dir, 'peers', name);
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    const config = {
      name,
      dataDir,
      mesh: {
        name: 'demo',
        keyFile,
        listen: [addresses[index]],
        bootstrap: addresses.filter((_, other) => other !== index),
        mdns: false,
      },
      forge: { apiUrl: options.forgeUrl, gitUrl: options.forgeUrl, tokenFile: options.tokenFile },
      repositories: [options.repo],
      work: { slots: 1 },
      timing,
      liveness: { preset: 'lan' },
    };
    // JSON is YAML, so this is the file that a person would write.
    const file = join(dataDir, 'bzzz.yml');
    await writeFile(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
    peers.push(await startPeer(name, dataDir, file));
  }
  return peers;
}

/** Asks every peer to stop, and ends those that do not. Resolves when all processes are gone. */
export async function stopCluster(peers: readonly DemoPeer[], graceMs = 10_000): Promise<void> {
  await Promise.all([
    stopOwn(peers, graceMs),
    ...peers.map((peer) => stopSuccessor(peer, graceMs)),
  ]);
}

/** Where the process of a peer has died, somebody may have started another one, as a drill does. */
async function stopSuccessor({ dataDir, process: own }: DemoPeer, graceMs: number): Promise<void> {
  if (own.exitCode === null && own.signalCode === null) return;
  const client = createControlClient(dataDir);
  try {
    const { peer } = await client.status({ signal: AbortSignal.timeout(graceMs) });
    await client.stop({ signal: AbortSignal.timeout(graceMs) });
    const deadlineMs = performance.now() + graceMs;
    // One that nobody reaps, as under a PID 1 that does not, is there for ever.
    while (isThere(peer.pid)) {
      if (performance.now() > deadlineMs) return void send(peer.pid, 'SIGKILL');
      await pause(50);
    }
  } catch (error) {
    // Nobody has.
    if (!isBzzzError(error)) throw error;
  }
}

function isThere(pid: number): boolean {
  return send(pid, 0);
}

/** False: it is gone. */
function send(pid: number, signal: 'SIGKILL' | 0): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

async function stopOwn(peers: readonly DemoPeer[], graceMs: number): Promise<void> {
  for (const peer of peers) peer.process.kill('SIGTERM');
  const timer = setTimeout(() => {
    for (const peer of peers) peer.process.kill('SIGKILL');
  }, graceMs);
  await Promise.all(peers.map((peer) => peer.ended));
  clearTimeout(timer);
}

async function startPeer(name: string, dataDir: string, configFile: string): Promise<DemoPeer> {
  const log = await open(join(dataDir, 'peer.log'), 'a', 0o600);
  // A group of its own: Ctrl-C reaches only the demo, which then stops the peers in order.
  const child = spawn(process.execPath, [entry, 'up', '--config', configFile], {
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
    env: peerEnvironment(),
  });
  await once(child, 'spawn');
  await log.close();
  const ended = once(child, 'exit').then(([code, signal]) =>
    signal === null ? `exit code ${String(code)}` : String(signal),
  );
  return { name, dataDir, process: child, ended };
}

/** The user's environment without what would override the demo's configuration. */
function peerEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(BZZZ|GITHUB)_/.test(name)),
  );
}

/** Ports that were free a moment ago. */
async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => {
    const address = server.address();
    if (address === null || typeof address === 'string') {
      throw new BzzzError('port_taken', 'no free port on 127.0.0.1');
    }
    return address.port;
  });
  await Promise.all(
    servers.map(async (server) => {
      server.close();
      await once(server, 'close');
    }),
  );
  return ports;
}
