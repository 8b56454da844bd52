/** How a process was started, so that it can be started so again. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { constants } from 'node:fs';
import { open, readFile, readlink, stat } from 'node:fs/promises';
import { BzzzError, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import { insideOf } from './network.ts';
import { type ProcessId, processOf } from './process.ts';

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

/** After an upgrade its program may be gone, which the kernel calls `… (deleted)`. Throws `drill_means_missing`. */
export async function refuseGone(name: string, { program, cwd }: Start): Promise<void> {
  const [file, folder] = await Promise.all(
    [program, cwd].map((path) => stat(path).catch(() => null)),
  );
  if (file?.isFile() === true && folder?.isDirectory() === true) return;
  const gone = file?.isFile() === true ? cwd : program;
  const reason = `${name} could not be started again as it was: ${gone} is not there any more. Start it anew, then drill`;
  throw new BzzzError('drill_means_missing', reason);
}

/** In a group of its own and for itself: it outlives the drill. Throws `drill_not_healed`. */
export async function startAgain(start: Start): Promise<ProcessId> {
  const inside = await insideOf(start.network);
  const [program = start.program, ...args] = [...inside, start.program, ...start.argv.slice(1)];
  const append = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT;
  await using log = await open(start.output, append, 0o600);
  const child = spawn(program, args, {
    argv0: inside.length > 0 ? program : (start.argv[0] ?? program),
    cwd: start.cwd,
    env: start.env,
    detached: true,
    stdio: ['ignore', log.fd, log.fd],
  });
  await once(child, 'spawn');
  // Its end is no business of ours, nor does it keep the drill alive.
  child.unref();
  const id = child.pid === undefined ? undefined : await processOf(child.pid);
  if (id !== undefined) return id;
  const reason = `${start.argv.join(' ')} ended at once; see ${start.output}`;
  throw new BzzzError('drill_not_healed', reason);
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
