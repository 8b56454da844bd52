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
  /** Copies into `home`, which is empty, what is kept of the task, and tells the session in it; null: nothing is. */
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
  /** Told why they cannot be read or written, once until something is kept again. The work goes on without. */
  readonly onTrouble?: (error: unknown) => void;
}

export function createSessions({
  dir,
  kibMax = 65_536,
  countMax = 32,
  onTrouble,
}: SessionsOptions): Sessions {
  let isTold = false;
  let last: Promise<unknown> = Promise.resolve();

  /**
   * One after the other, since what one drops another may be copying. Work that cost money must not go with what is
   * only kept to make the next cheaper, so nothing that goes wrong here is thrown.
   */
  function inTurn<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
    const turn = last.then(async () => {
      try {
        return await work();
      } catch (error) {
        if (!isTold) onTrouble?.(error);
        isTold = true;
        return otherwise;
      }
    });
    last = turn;
    return turn;
  }

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

  async function take(folder: string, home: string): Promise<string | null> {
    const session = await sessionIn(folder);
    if (session === null) return null;
    let isWhole = false;
    try {
      // Links stay links, and nothing of it is opened but to be copied.
      isWhole = await copy(join(folder, 'home'), home);
    } finally {
      if (!isWhole) await makeEmpty(home);
    }
    return isWhole ? session : null;
  }

  async function keep(folder: string, home: string, session: string): Promise<void> {
    await removeWritten(folder);
    const { code, stdout } = await runOnce('du', ['-skx', home]);
    const kib = Number.parseInt(stdout.toString('utf8'), 10);
    if (code !== 0 || !(kib <= kibMax)) return;
    const place = join(folder, 'home');
    let isKept = false;
    try {
      await mkdir(place, { recursive: true, mode: 0o700 });
      if (!(await copy(home, place))) return;
      // Last, since without it nothing counts as kept.
      await writeFile(join(folder, 'session'), session, { mode: 0o600 });
      isKept = true;
      isTold = false;
    } finally {
      if (!isKept) await removeWritten(folder);
    }
    await dropOldest();
  }

  return {
    take: (at, home) => inTurn(() => take(folderOf(at), home), null),
    keep: (at, home, session) => inTurn(() => keep(folderOf(at), home, session), undefined),
  };
}

/** It begins anew there, and must not stumble over half of what another left. */
async function makeEmpty(home: string): Promise<void> {
  await removeWritten(home);
  await mkdir(home, { mode: 0o700 });
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
