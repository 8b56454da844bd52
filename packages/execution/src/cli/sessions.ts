/**
 * What coding tools remember of their work on a task, for when it is taken up again: after a failed attempt, or when
 * people ask for more. Kept are the files of the session, as the tool left them (`session-files.ts`); whoever goes on
 * does so in a copy, so it stays as it was whatever the tool does with it. Only sessions in which nobody had a part
 * who is not trusted with more are kept (`Recall.keeps`): a review, a helper's answer or a stranger's words end with
 * their attempt.
 */
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Recall } from '@bzzz/coordination';
import { BzzzError, CliName, type TaskId } from '@bzzz/protocol';
import { z } from 'zod';
import { codeOf } from '../processes.ts';
import { removeWritten } from '../slot.ts';
import { copySession } from './session-files.ts';
import type { CliTool } from './tool.ts';

/** As tools name them; nothing that could be taken for an option among arguments. */
export const SessionId = z.string().regex(/^[A-Za-z0-9][\w.:-]{0,127}$/);

export interface Sessions {
  /** Copies into `home`, which is empty, what is kept of the task, and tells the session in it; null: nothing is. */
  take(at: SessionOf, home: string): Promise<string | null>;
  /** Copies it from `home`, in the place of what was kept before. Where it is too much nothing is kept. */
  keep(at: SessionOf, home: string, session: string): Promise<void>;
  /** What is kept of one tool is not to be gone on with. */
  drop(at: SessionOf): Promise<void>;
  /** Nobody takes up the task again. */
  forget(task: TaskId): Promise<void>;
  /** The machine needs the room; of how many tasks and tools something was kept. */
  clear(): Promise<number>;
}

interface SessionOf extends Pick<Recall, 'task'> {
  readonly tool: Pick<CliTool, 'name' | 'sessionFiles'>;
}

export interface SessionsOptions {
  /** In the data folder of the peer. */
  readonly dir: string;
  /** Of one of them. Default 64 MiB. */
  readonly bytesMax?: number;
  /** Of one of them. Default 2,000. */
  readonly filesMax?: number;
  /** Of how many tasks. Default 32; what was kept longest ago goes first. */
  readonly countMax?: number;
  /** Not longer than this, should nobody have told that its task is over. Default 30 days. */
  readonly keepMs?: number;
  /** Told why they cannot be read or written, once until something is kept again. The work goes on without. */
  readonly onTrouble?: (error: unknown) => void;
}

export function createSessions({
  dir,
  bytesMax = 64 * 1024 * 1024,
  filesMax = 2_000,
  countMax = 32,
  keepMs = 30 * 86_400_000,
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

  const folderOf = (task: TaskId, tool: CliName) =>
    join(dir, createHash('sha256').update(`${task}\n${tool}`).digest('hex'));
  const bounds = { bytesMax, filesMax };

  async function dropOld(): Promise<void> {
    const names = await readdir(dir);
    const found = await Promise.all(
      names.map(async (name) => ({ name, keptMs: (await stat(join(dir, name))).mtimeMs })),
    );
    const sinceMs = Date.now() - keepMs;
    const old = found
      .toSorted((a, b) => b.keptMs - a.keptMs)
      .filter(({ keptMs }, at) => at >= countMax || keptMs < sinceMs);
    for (const { name } of old) await removeWritten(join(dir, name));
  }

  async function take({ task, tool }: SessionOf, home: string): Promise<string | null> {
    const folder = folderOf(task, tool.name);
    const session = await sessionIn(folder);
    if (session === null) return null;
    let isWhole = false;
    try {
      const way = { from: join(folder, 'home'), to: home, files: tool.sessionFiles };
      isWhole = await copySession(way, bounds);
    } finally {
      if (!isWhole) await makeEmpty(home);
    }
    return isWhole ? session : null;
  }

  async function keep({ task, tool }: SessionOf, home: string, session: string): Promise<void> {
    const folder = folderOf(task, tool.name);
    await removeWritten(folder);
    let isKept = false;
    try {
      const place = join(folder, 'home');
      await mkdir(place, { recursive: true, mode: 0o700 });
      if (!(await copySession({ from: home, to: place, files: tool.sessionFiles }, bounds))) return;
      // Last, since without it nothing counts as kept.
      await writeFile(join(folder, 'session'), session, { mode: 0o600 });
      isKept = true;
      isTold = false;
    } finally {
      if (!isKept) await removeWritten(folder);
    }
    await dropOld();
  }

  async function forget(task: TaskId): Promise<void> {
    for (const tool of CliName.options) await removeWritten(folderOf(task, tool));
  }

  async function clear(): Promise<number> {
    const names = await namesIn(dir);
    for (const name of names) await removeWritten(join(dir, name));
    return names.length;
  }

  return {
    take: (at, home) => inTurn(() => take(at, home), null),
    keep: (at, home, session) => inTurn(() => keep(at, home, session), undefined),
    drop: ({ task, tool }) => inTurn(() => removeWritten(folderOf(task, tool.name)), undefined),
    forget: (task) => inTurn(() => forget(task), undefined),
    clear: () => inTurn(clear, 0),
  };
}

/** It begins anew there, and must not stumble over half of what another left. */
async function makeEmpty(home: string): Promise<void> {
  await removeWritten(home);
  await mkdir(home, { mode: 0o700 });
}

async function namesIn(dir: string): Promise<readonly string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
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
