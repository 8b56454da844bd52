/**
 * The installations that this peer keeps, each a folder that appears whole or not at all:
 *
 *   <dir>/<key>/0, 1, …         what the setup provides, in the order of the policy
 *               installed.json  how much room it takes
 *         new-…/                one that is being put together, or removed
 *
 * The time at which a folder was changed is the time at which it was last wanted.
 */
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import {
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  stat,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { BzzzError } from '@bzzz/protocol';
import { z } from 'zod';
import { codeOf } from '../processes.ts';
import { discard, settle } from './installed.ts';

export interface Store {
  /** Null: it is not there. It is not evicted before it is released. */
  take(key: string): Promise<Taken | null>;
  /** A folder for what is then put. */
  makeRoom(): Promise<string>;
  /** Throws `setup_failed` when it is larger than all may be. The first of two with one key stays. */
  put(key: string, made: { readonly folder: string; readonly bytes: number }): Promise<void>;
  /** Removes all that nobody has taken now; how many bytes that frees. */
  drop(): Promise<number>;
  /** Removes what was not put, also of an earlier process. */
  sweep(): Promise<void>;
}

interface Evicted {
  readonly folders: readonly string[];
  readonly bytes: number;
}

export interface Taken {
  readonly folder: string;
  release(): void;
}

const Installed = z.object({ bytes: z.int().min(0) });
const noteName = 'installed.json';

export function createStore({ dir, bytesMax }: { dir: string; bytesMax: number }): Store {
  const inUse = new Map<string, number>();
  // What one looks at, another must not take away before it is held.
  let last: Promise<unknown> = Promise.resolve();
  function serially<T>(job: () => Promise<T>): Promise<T> {
    const next = last.then(job);
    last = next.catch(() => undefined);
    return next;
  }

  /** The release is idempotent, since a workspace may be disposed of twice. */
  function hold(key: string): () => void {
    inUse.set(key, (inUse.get(key) ?? 0) + 1);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      const left = (inUse.get(key) ?? 1) - 1;
      if (left === 0) inUse.delete(key);
      else inUse.set(key, left);
    };
  }

  /** Out of sight at once; returns what is then to be removed, which may take long. */
  async function evict(toBytes: number, fresh?: string): Promise<Evicted> {
    const kept = await list(dir);
    const folders: string[] = [];
    const all = kept.reduce((sum, one) => sum + one.bytes, 0);
    let bytes = all;
    for (const { key, bytes: freed } of kept.toSorted((a, b) => a.usedAtMs - b.usedAtMs)) {
      if (bytes <= toBytes) break;
      if (key === fresh || inUse.has(key)) continue;
      const old = join(dir, `new-${randomUUID()}`);
      await rename(join(dir, key), old);
      folders.push(old);
      bytes -= freed;
    }
    return { folders, bytes: all - bytes };
  }

  return {
    take: (key) =>
      serially(async () => {
        const folder = join(dir, key);
        try {
          const now = new Date();
          await utimes(folder, now, now);
        } catch (error) {
          if (codeOf(error) === 'ENOENT') return null;
          throw error;
        }
        return { folder, release: hold(key) };
      }),
    async makeRoom() {
      await mkdir(dir, { recursive: true, mode: 0o700 });
      return mkdtemp(join(dir, 'new-'));
    },
    async put(key, { folder, bytes }) {
      if (bytes > bytesMax) {
        const reason = `what it made takes ${bytes} bytes, and all that is kept may take ${bytesMax}`;
        throw new BzzzError('setup_failed', reason);
      }
      await writeFile(join(folder, noteName), JSON.stringify({ bytes }));
      await settle(folder);
      const superfluous = await serially(async () => {
        if (existsSync(join(dir, key))) return [folder];
        await rename(folder, join(dir, key));
        return (await evict(bytesMax, key)).folders;
      });
      for (const old of superfluous) await discard(old);
    },
    async drop() {
      const { folders, bytes } = await serially(() => evict(0));
      for (const old of folders) await discard(old);
      return bytes;
    },
    async sweep() {
      for (const name of await namesIn(dir)) {
        if (name.startsWith('new-')) await discard(join(dir, name));
      }
    },
  };
}

async function list(dir: string) {
  const found: { key: string; bytes: number; usedAtMs: number }[] = [];
  for (const key of await namesIn(dir)) {
    if (!/^[0-9a-f]{64}$/.test(key)) continue;
    const note = Installed.parse(JSON.parse(await readFile(join(dir, key, noteName), 'utf8')));
    found.push({ key, bytes: note.bytes, usedAtMs: (await stat(join(dir, key))).mtimeMs });
  }
  return found;
}

async function namesIn(dir: string): Promise<string[]> {
  try {
    return await readdir(dir);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}
