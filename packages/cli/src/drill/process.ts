/**
 * A process of this machine as the kernel tells of it: whether it is still the same one, and how it was started, so
 * that it can be started so again.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open, readFile, readlink, stat } from 'node:fs/promises';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';

export const ProcessId = z.object({
  pid: z.int().min(1),
  /** When it began, in ticks since the machine did: another process of the same number has another. */
  began: z.string(),
});
export type ProcessId = z.infer<typeof ProcessId>;

/** Everything that a start needs. */
export const Start = z.object({
  program: z.string(),
  argv: z.array(z.string()).min(1),
  cwd: z.string(),
  env: z.record(z.string(), z.string()),
  /** File to which its output goes. */
  output: z.string(),
  /** Of whose network it is, as `/proc/<pid>/ns/net` names it. */
  network: z.string(),
});
export type Start = z.infer<typeof Start>;

/** Undefined: there is no such process any more. */
export async function processOf(pid: number): Promise<ProcessId | undefined> {
  const fields = await statOf(pid);
  return fields === undefined || fields.state === 'Z' ? undefined : { pid, began: fields.began };
}

export async function lives({ pid, began }: ProcessId): Promise<boolean> {
  return (await processOf(pid))?.began === began;
}

/** `T`: it stands still. Undefined: it is gone. */
export async function stateOf({ pid, began }: ProcessId): Promise<string | undefined> {
  const fields = await statOf(pid);
  return fields?.began === began ? fields.state : undefined;
}

/** False: it is gone. Throws `drill_peer_elsewhere` where we may not. */
export async function signalProcess(id: ProcessId, signal: NodeJS.Signals): Promise<boolean> {
  if (!(await lives(id))) return false;
  try {
    return process.kill(id.pid, signal);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ESRCH') return false;
    throw new BzzzError('drill_peer_elsewhere', `process ${id.pid}: ${reasonOf(error)}`, {
      cause: error,
    });
  }
}

/** Throws `drill_peer_elsewhere` where the kernel does not tell us. */
export async function startOf({ pid }: ProcessId, fallbackOutput: string): Promise<Start> {
  try {
    const [program, cwd, argv, env, network] = await Promise.all([
      readlink(`/proc/${pid}/exe`),
      readlink(`/proc/${pid}/cwd`),
      readFile(`/proc/${pid}/cmdline`, 'utf8').then(wordsOf),
      readFile(`/proc/${pid}/environ`, 'utf8').then(wordsOf),
      readlink(`/proc/${pid}/ns/net`),
    ]);
    const variables = env.map((one) => {
      const at = one.indexOf('=');
      return [one.slice(0, at), one.slice(at + 1)] as const;
    });
    const output = (await outputOf(pid)) ?? fallbackOutput;
    return { program, argv, cwd, env: Object.fromEntries(variables), output, network };
  } catch (error) {
    const reason = `how process ${pid} was started cannot be read: ${reasonOf(error)}`;
    throw new BzzzError('drill_peer_elsewhere', reason, { cause: error });
  }
}

/**
 * Whether somebody starts it again when it ends: a service of systemd, whose group of processes is named after
 * it, and which is nobody's child but systemd's.
 */
export async function serviceOf({ pid }: ProcessId): Promise<string | undefined> {
  const groups = await readFile(`/proc/${pid}/cgroup`, 'utf8').catch(() => '');
  const service = /\/([^/\n]+\.service)$/m.exec(groups)?.[1];
  const parent = (await statOf(pid))?.parent;
  if (service === undefined || parent === undefined) return undefined;
  const name = await readFile(`/proc/${parent}/comm`, 'utf8').catch(() => '');
  return name.trim() === 'systemd' ? service : undefined;
}

/** In a group of its own and for itself: it outlives the drill. `behind`: a process of its network. */
export async function startAgain(start: Start, behind: number | undefined): Promise<ProcessId> {
  const log = await open(
    start.output,
    constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT,
    0o600,
  );
  const inside = await insideOf(start.network, behind);
  const [program = start.program, ...args] = [...inside, start.program, ...start.argv.slice(1)];
  const child = spawn(program, args, {
    argv0: inside.length > 0 ? program : (start.argv[0] ?? program),
    cwd: start.cwd,
    env: start.env,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  try {
    await once(child, 'spawn');
  } finally {
    await log.close();
  }
  // Its end is no business of ours, nor does it keep the drill alive.
  child.unref();
  const id = child.pid === undefined ? undefined : await processOf(child.pid);
  if (id !== undefined) return id;
  throw new BzzzError(
    'drill_not_healed',
    `${start.argv.join(' ')} ended at once; see ${start.output}`,
  );
}

/** What stands before a command, so that it runs in the network of a peer. */
export async function insideOf(network: string, behind: number | undefined): Promise<string[]> {
  if ((await readlink('/proc/self/ns/net')) === network) return [];
  if (behind !== undefined && (await networkOf(behind)) === network) {
    return ['nsenter', `--net=/proc/${behind}/ns/net`];
  }
  throw new BzzzError(
    'drill_not_healed',
    `the network ${network} of the peer is not there any more`,
  );
}

export async function networkOf(pid: number): Promise<string | undefined> {
  return readlink(`/proc/${pid}/ns/net`).catch(() => undefined);
}

/** Libraries and files that it has mapped. */
export function mapsOf({ pid }: ProcessId): Promise<string> {
  return readFile(`/proc/${pid}/maps`, 'utf8').catch(() => '');
}

interface Stat {
  readonly state: string;
  readonly parent: number;
  readonly began: string;
}

/** proc_pid_stat(5): fields 3, 4 and 22; the name in brackets may hold anything. */
async function statOf(pid: number): Promise<Stat | undefined> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  const began = fields[19];
  if (state === undefined || began === undefined) return undefined;
  return { state, parent: Number(parent), began };
}

/** Where its output goes, if that is a file. */
async function outputOf(pid: number): Promise<string | undefined> {
  const path = await readlink(`/proc/${pid}/fd/1`);
  const facts = await stat(path).catch(() => null);
  return facts?.isFile() === true ? path : undefined;
}

function wordsOf(text: string): string[] {
  return text.replace(/\0$/, '').split('\0');
}
