/**
 * Namespaces of a test's own. They have no names and end with the processes that are in
 * them, and whoever holds one ends when the test does, however that ends: nothing can be left behind.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import type { Stage } from './stage.ts';

const run = promisify(execFile);

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

/**
 * A process in a fresh namespace, which must end when its input does, as `cat` does. Resolves with
 * its pid when it says a line.
 */
export async function holdNamespace(stage: Stage, command: string): Promise<number> {
  const child = spawn('unshare', ['--net', 'sh', '-c', command], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  stage.defer(() => release(child));
  await once(createInterface({ input: child.stdout }), 'line');
  if (child.pid === undefined) throw new Error('unshare did not start');
  return child.pid;
}

/** What stands before a command to start it in the namespace of that process. */
export function insideOf(pid: number): readonly [string, ...string[]] {
  return ['nsenter', `--net=/proc/${pid}/ns/net`];
}

/**
 * What stands before a command so that it, and whatever it starts, finds the programs of a folder, too, which nobody
 * else on this machine does: they lie where the sandbox looks, in mounts of its own.
 */
export function withPrograms(folder: string): readonly string[] {
  const user = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
  const script = 'mount --bind "$0" /usr/local/sbin && exec "$@"';
  return ['unshare', ...user, '--mount', 'sh', '-c', script, folder];
}

/** Runs a shell script in the namespace of that process; throws with what it complained of. */
export async function runInside(pid: number, script: string): Promise<string> {
  const [program, ...args] = [...insideOf(pid), 'sh', '-ec', script];
  const { stdout } = await run(program, args);
  return stdout;
}

async function release(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
