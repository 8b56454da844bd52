/**
 * Hosts of a network of the test's own: each a network namespace, all on one switch. What is
 * announced there is heard by nobody else. The namespaces have no names and end with the processes
 * that hold them, so nothing can be left behind.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Stage } from './stage.ts';

const run = promisify(execFile);
const relay = fileURLToPath(new URL('./relay.ts', import.meta.url));

export interface Host {
  readonly address: string;
  /** What stands before a command to start it there. */
  readonly prefix: readonly string[];
}

/** Undefined when this machine gives us network namespaces, else what it says. */
export async function namespacesDenied(): Promise<string | undefined> {
  const probe = 'ip link add probe1 type veth peer name probe2 && ip link add probe3 type bridge';
  try {
    await run('unshare', ['--net', 'sh', '-c', probe]);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** As many hosts as asked for; on each the forge answers under its own URL. */
export async function startHosts(stage: Stage, count: number, forgeUrl: string): Promise<Host[]> {
  const port = new URL(forgeUrl).port;
  const socket = join(stage.dir, 'forge.sock');
  await leadTo(stage, socket, Number(port));
  const hub = await hold(stage, 'echo up; exec cat');
  await inside(hub, 'ip link add hub type bridge mcast_snooping 0; ip link set hub up');
  const command = `ip link set lo up; exec "${process.execPath}" "${relay}" ${port} "${socket}"`;
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const pid = await hold(stage, command);
      const address = `10.78.0.${index + 1}`;
      const cable = `port${index + 1}`;
      await inside(hub, `ip link add ${cable} type veth peer name eth0 netns ${pid}`);
      await inside(hub, `ip link set ${cable} master hub; ip link set ${cable} up`);
      await inside(pid, `ip addr add ${address}/24 dev eth0; ip link set eth0 up`);
      // mDNS needs a route that covers 224.0.0.0/4, and sends on the default route only.
      await inside(pid, 'ip route add default via 10.78.0.254 dev eth0');
      return { address, prefix: ['nsenter', `--net=/proc/${pid}/ns/net`] };
    }),
  );
}

/** A way to the forge that no network namespace bars: a socket in the file system. */
async function leadTo(stage: Stage, socket: string, port: number): Promise<void> {
  const server = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    pipeline(near, far, () => undefined);
    pipeline(far, near, () => undefined);
  }).listen(socket);
  await once(server, 'listening');
  stage.defer(async () => {
    server.close();
  });
}

/** A process in a fresh namespace, which ends when its input does. Resolves when it says a line. */
async function hold(stage: Stage, command: string): Promise<number> {
  const child = spawn('unshare', ['--net', 'sh', '-c', command], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  stage.defer(() => release(child));
  await once(createInterface({ input: child.stdout }), 'line');
  if (child.pid === undefined) throw new Error('unshare did not start');
  return child.pid;
}

async function release(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

async function inside(pid: number, script: string): Promise<void> {
  await run('nsenter', [`--net=/proc/${pid}/ns/net`, 'sh', '-ec', script]);
}
