/** Peers in processes of their own, spoken to by lines of JSON. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const childPath = fileURLToPath(new URL('./child.ts', import.meta.url));
const hostsPath = fileURLToPath(new URL('./two-hosts.sh', import.meta.url));
const unshare = ['--net', '--pid', '--fork', '--kill-child', '--mount-proc'];

export interface Line {
  readonly peer?: string;
  readonly multiaddrs?: string[];
  readonly connected?: string[];
  readonly heard?: string;
}

export interface Spawned {
  readonly child: ChildProcess;
  readonly lines: Line[];
  /** What went wrong, for the message of a failed test. */
  readonly complaints: () => string;
  readonly end: () => Promise<void>;
}

export function spawnPeer(options: object): Spawned {
  return watch(spawn(process.execPath, childArguments(options)));
}

/**
 * One peer on each of two hosts that are joined by a cable and know nothing of each other. Files
 * named `cut` and `mend` in the folder `cable` do that to it.
 */
export function spawnTwoHosts(options: object, cable?: string): Spawned {
  const command = [process.execPath, ...childArguments(options)];
  const env = { ...process.env, ...(cable === undefined ? {} : { CABLE: cable }) };
  return watch(spawn('unshare', [...unshare, 'sh', hostsPath, ...command], { env }));
}

/** Undefined when this machine gives us network namespaces, else what it says. */
export async function namespacesDenied(): Promise<string | undefined> {
  const probe = 'ip link add probe1 type veth peer name probe2';
  const { child, complaints } = watch(spawn('unshare', [...unshare, 'sh', '-c', probe]));
  const code = await ended(child);
  return code === 0 ? undefined : `unshare ended with ${code}: ${complaints()}`;
}

function childArguments(options: object): string[] {
  return ['--conditions=bzzz-source', childPath, JSON.stringify(options)];
}

function watch(child: ReturnType<typeof spawn>): Spawned {
  const lines: Line[] = [];
  let complaints = '';
  child.on('error', (error) => {
    complaints += String(error);
  });
  child.stderr?.on('data', (chunk) => {
    complaints += String(chunk);
  });
  if (child.stdout !== null) {
    createInterface(child.stdout).on('line', (line) => lines.push(JSON.parse(line)));
  }
  return {
    child,
    lines,
    complaints: () => complaints,
    async end() {
      child.kill('SIGKILL');
      await ended(child);
    },
  };
}

function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => {
    child.once('close', (code) => resolve(code));
    child.once('error', () => resolve(null));
  });
}
