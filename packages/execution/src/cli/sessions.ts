/**
 * What coding tools remember of their work on a task, for when it is taken up again: after a failed attempt, or when
 * people ask for more. Kept is the HOME in which the tool worked, as it was left; whoever goes on does so in a copy, so
 * it stays as it was whatever the tool does with it. Only sessions in which nobody had a part who is not trusted
 * with more are kept (`Recall.keeps`): a review, a helper's answer or a stranger's words end with their attempt.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recall } from '@bzzz/coordination';
import { BzzzError, type CliName } from '@bzzz/protocol';
import { z } from 'zod';
import { runOnce } from '../capture.ts';
import { codeOf } from '../processes.ts';
import { removeWritten } from '../slot.ts';

/** As tools name them; nothing that could be taken for an option among arguments. */
export const SessionId = z.string().regex(/^[A-Za-z0-9][\w.:-]{0,127}$/);

export interface Sessions {
  /** Copies into `home`, which exists, what is kept of the task, and tells the session in it; null: nothing is. */
  take(at: SessionOf, home: string): Promise<string | null>;
  /** Copies `home`, in the place of what was kept before. Where it is too much nothing is kept. */
  keep(at: SessionOf, home: string, session: string): Promise<void>;
}

interface SessionOf extends Pick<Recall, 'task'> {
  readonly tool: CliName;
}

export interface SessionsOptions {
  /** In the data folder of the peer. */
  readonly dir: string;
  /** Of one of them. Default 64 MiB. */
  readonly kibMax?: number;
  /** Of how many tasks. Default 32; what was kept longest ago goes first. */
  readonly countMax?: number;
}

export function createSessions({ dir, kibMax = 65_536, countMax = 32 }: SessionsOptions): Sessions {
  const folderOf = ({ task, tool }: SessionOf) =>
    join(dir, createHash('sha256').update(`${task}\n${tool}`).digest('hex'));

  async function dropOldest(): Promise<void> {
    const names = await readdir(dir);
    const found = await Promise.all(
      names.map(async (name) => ({ name, keptMs: (await stat(join(dir, name))).mtimeMs })),
    );
    const old = found.toSorted((a, b) => b.keptMs - a.keptMs).slice(countMax);
    for (const { name } of old) await removeWritten(join(dir, name));
  }

  return {
    async take(at, home) {
      const folder = folderOf(at);
      const session = await sessionIn(folder);
      if (session === null) return null;
      // Links stay links, and nothing of it is opened but to be copied.
      return (await copy(join(folder, 'home'), home)) ? session : null;
    },
    async keep(at, home, session) {
      const folder = folderOf(at);
      await removeWritten(folder);
      const { code, stdout } = await runOnce('du', ['-skx', home]);
      const kib = Number.parseInt(stdout.toString('utf8'), 10);
      if (code !== 0 || !(kib <= kibMax)) return;
      const place = join(folder, 'home');
      await mkdir(place, { recursive: true, mode: 0o700 });
      if (!(await copy(home, place))) return await removeWritten(folder);
      // Last, since without it nothing counts as kept.
      await writeFile(join(folder, 'session'), session, { mode: 0o600 });
      await dropOldest();
    },
  };
}

/** Of what a tool wrote: links stay links, and nothing is opened but to be copied. */
async function copy(from: string, to: string): Promise<boolean> {
  const { code } = await runOnce('cp', ['-RP', `${from}/.`, to]);
  return code === 0;
}

async function sessionIn(folder: string): Promise<string | null> {
  try {
    return SessionId.parse(await readFile(join(folder, 'session'), 'utf8'));
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || error instanceof z.ZodError) return null;
    throw new BzzzError('workspace_failed', 'what a tool remembers cannot be read', {
      cause: error,
    });
  }
}
