/** Docker's engine out of Debian's packages, without installing any: unpacked into a folder, started by hand. */
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Stage } from '../e2e/harness/stage.ts';

const run = promisify(execFile);
const packages = ['docker.io', 'containerd', 'runc', 'mmdebstrap'];
const outputBytesMax = 64 * 1024 * 1024;

export interface Tools {
  /** Runs a shell script in which these programs are found; throws with what it complained of. */
  run(script: string): Promise<string>;
  readonly path: string;
}

export async function fetchTools(dir: string): Promise<Tools> {
  const [debs, whole] = [join(dir, 'debs'), join(dir, 'engine')];
  await mkdir(debs, { recursive: true });
  await mkdir(whole, { recursive: true });
  const unpack = `apt-get download ${packages.join(' ')} >/dev/null 2>&1; for one in *.deb; do dpkg -x $one '${whole}'; done`;
  await run('sh', ['-ec', unpack], { cwd: debs });
  const path = `${whole}/usr/bin:${whole}/usr/sbin:${process.env['PATH'] ?? ''}`;
  return {
    path,
    async run(script) {
      const options = { env: { ...process.env, PATH: path }, maxBuffer: outputBytesMax };
      const { stdout } = await run('sh', ['-ec', script], options);
      return stdout.trim();
    },
  };
}

export interface Engine {
  /** What stands before a command of Docker's client. */
  readonly client: readonly string[];
  /** Runs the client; the arguments are words of a shell. */
  docker(args: string): Promise<string>;
  /** Ends its containers, then itself. Idempotent. */
  stop(): Promise<void>;
}

/** `prefix`: to start it on another host. Containers with the network of the host have that one's. */
export async function startEngine(
  stage: Stage,
  tools: Tools,
  { name, prefix = [] }: { readonly name: string; readonly prefix?: readonly string[] },
): Promise<Engine> {
  const dir = join(stage.dir, `engine-${name}`);
  await mkdir(dir);
  const socket = `unix://${dir}/socket`;
  const client = [join(tools.path.split(':')[0] ?? '', 'docker'), '-H', socket];
  const docker = (args: string) => tools.run(`${client.join(' ')} ${args}`);
  const folders = ['--data-root', `${dir}/data`, '--exec-root', `${dir}/exec`, '-p', `${dir}/pid`];
  const alone = ['--iptables=false', '--bridge=none', '--storage-driver=overlay2'];
  const groups = ['--exec-opt', 'native.cgroupdriver=cgroupfs'];
  const argv = [...prefix, 'dockerd', '-H', socket, ...folders, ...alone, ...groups];
  const running = await stage.start(`engine-${name}`, { argv, env: { PATH: tools.path } });
  let stopping: Promise<void> | undefined;
  const end = async () => {
    if (running.hasEnded()) return;
    // A container outlives its engine, and holds its mounts.
    await docker(`ps -q | xargs -r ${client.join(' ')} kill`).catch(() => undefined);
    process.kill(running.pid, 'SIGTERM');
    await running.ended;
    await unmountBelow(dir);
  };
  const stop = () => (stopping ??= end());
  stage.defer(stop);
  await stage.until(`the engine of ${name} answers`, async () => {
    if (running.hasEnded()) throw new Error(`the engine of ${name}: ${await running.output()}`);
    return docker('version').catch(() => undefined);
  });
  return { client, docker, stop };
}

/** It leaves the namespaces of its containers mounted. */
async function unmountBelow(dir: string): Promise<void> {
  const mounts = await readFile('/proc/self/mounts', 'utf8');
  const places = mounts.split('\n').map((line) => line.split(' ')[1] ?? '');
  for (const place of places.filter((one) => one.startsWith(`${dir}/`)).toReversed()) {
    await run('umount', ['--lazy', place]);
  }
}
