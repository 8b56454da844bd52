import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, rm, truncate } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { collect, entryOf } from '@bzzz/testkit/contracts/journal';
import { describe, expect, it } from 'vitest';
import { diskSync } from '../src/disk-sync.ts';
import { openJournals } from '../src/index.ts';
import { linked } from './hosts.ts';
import { appendRange, arrived, codeOf, onCleanup, openedJournals, tempDir } from './support.ts';

const writer = fileURLToPath(new URL('writer.ts', import.meta.url));

describe('durability', () => {
  it('loses nothing that was acknowledged when the process is killed', async () => {
    const dir = await tempDir();
    let total = 0;
    for (const acks of [1, 40, 7, 150, 3]) {
      const killed = await killedWriter(dir, { afterAcks: acks });
      const journals = await openedJournals({ dir });
      expect(journals.own.length()).toBeGreaterThan(killed.lastAck);
      const entries = await collect(journals.own.read());
      expect(entries.map(({ seq }) => seq)).toEqual(range(journals.own.length()));
      expect(killed.firstAck).toBe(total);
      total = journals.own.length();
      await journals.close();
    }
  });

  it('loses nothing that was acknowledged in a power cut', async () => {
    const dir = await tempDir();
    for (const acks of [1, 60]) {
      const killed = await killedWriter(dir, { afterAcks: acks });
      await cutPower(dir, killed);
      const journals = await openedJournals({ dir });
      expect(journals.own.length()).toBeGreaterThan(killed.lastAck);
      expect(await collect(journals.own.read())).toHaveLength(journals.own.length());
      await journals.close();
    }
  });

  it('is still there when the power is cut right after it was made', async () => {
    const dir = await tempDir();
    const killed = await killedWriter(dir, { afterAcks: 0, mode: 'idle' });
    await cutPower(dir, killed);
    const { own } = await openedJournals({ dir });
    expect(own.key).toBe(killed.key);
    expect(own.length()).toBe(0);
  });

  it('belongs to one process at a time', async () => {
    const dir = await tempDir();
    await killedWriter(dir, {
      afterAcks: 0,
      mode: 'idle',
      async whileOpen() {
        expect(await codeOf(openJournals({}, { dir }))).toBe('journal_locked');
      },
    });
    expect((await openedJournals({ dir })).own.length()).toBe(0);
  });

  it('would lose it without the sync, and would notice', async () => {
    const dir = await tempDir();
    const killed = await killedWriter(dir, { afterAcks: 60, mode: 'nosync' });
    expect([...killed.synced.keys()].filter((name) => name.endsWith('.log'))).toEqual([]);
    await cutPower(dir, killed);
    expect(await codeOf(openJournals({}, { dir }))).toBe('journal_corrupt');
  });

  it('would lose it without the sync of folders, so that another journal is begun', async () => {
    const dir = await tempDir();
    const killed = await killedWriter(dir, { afterAcks: 60, mode: 'nonames' });
    await cutPower(dir, killed);
    const { own } = await openedJournals({ dir });
    expect(own.key).not.toBe(killed.key);
  });

  it('acknowledges after the sync of the log, and shows nobody an entry before it', async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<string>();
    let gated = false;
    const sync = {
      ...diskSync,
      async content(path: string) {
        if (gated) {
          reached.resolve(path);
          await gate.promise;
        }
        await diskSync.content(path);
      },
    };
    const { own } = await openedJournals({ deps: { sync } });
    gated = true;
    let resolved = false;
    const appended = own.append(entryOf(0)).finally(() => {
      resolved = true;
    });
    expect(await reached.promise).toMatch(/\.log$/);
    expect(resolved).toBe(false);
    expect(own.length()).toBe(0);
    expect(own.head().length).toBe(0);
    expect(await collect(own.read())).toEqual([]);
    gate.resolve();
    expect(await appended).toBe(0);
    expect(own.head().length).toBe(1);
  });

  it('announces nothing that is not on disk', async () => {
    const gate = Promise.withResolvers<void>();
    const reached = Promise.withResolvers<void>();
    let gated = false;
    const sync = {
      ...diskSync,
      async content(path: string) {
        if (gated) {
          reached.resolve();
          await gate.promise;
        }
        await diskSync.content(path);
      },
    };
    const [writer, reader] = [await openedJournals({ deps: { sync } }), await openedJournals()];
    const replica = reader.replica(writer.own.key);
    await linked(reader, writer);
    await appendRange(writer, 0, 1);
    await arrived(replica, 1);
    gated = true;
    const appended = writer.own.append(entryOf(1));
    await reached.promise;
    // The writer asks for this on the same stream, so what it said before has been heard then.
    await appendRange(reader, 0, 1);
    await arrived(writer.replica(reader.own.key), 1);
    expect(replica.head().length).toBe(1);
    gate.resolve();
    await appended;
    await arrived(replica, 2);
  });

  it('ends and refuses replication when a write failed', async () => {
    let broken = false;
    const sync = {
      ...diskSync,
      async content(path: string) {
        if (broken) throw new Error('no space left on device');
        await diskSync.content(path);
      },
    };
    const [writer, reader] = [await openedJournals({ deps: { sync } }), await openedJournals()];
    const link = await linked(reader, writer);
    broken = true;
    expect(await codeOf(writer.own.append(entryOf(0)))).toBe('journal_write_failed');
    await Promise.all([link.dialled, link.answered]);
    const refused = await linked(reader, writer);
    expect(await codeOf(refused.answered)).toBe('journal_write_failed');
    await refused.dialled;
  });

  it('refuses more than may wait for the disk, and goes on when the disk has', async () => {
    const { own } = await openedJournals({ waitingBytesMax: 10_000 });
    const outcomes = await Promise.allSettled(
      range(500).map((index) => own.append(entryOf(index))),
    );
    const taken = outcomes.filter(({ status }) => status === 'fulfilled');
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(taken.length).toBeGreaterThan(10);
    expect(refused.length).toBeGreaterThan(10);
    expect(refused[0]?.reason).toMatchObject({ code: 'journal_backlog' });
    expect(own.length()).toBe(taken.length);
    expect(await own.append(entryOf(0))).toBe(taken.length);
  });

  it('packs the callers of one tick in one block, under one sync', async () => {
    let syncs = 0;
    const sync = {
      ...diskSync,
      async content(path: string) {
        syncs += 1;
        await diskSync.content(path);
      },
    };
    const { own } = await openedJournals({ deps: { sync } });
    await own.append(entryOf(0));
    syncs = 0;
    await Promise.all(range(300).map((index) => own.append(entryOf(index))));
    expect(own.head().length).toBe(2);
    expect(syncs).toBe(1);
  });
});

interface Killed {
  readonly key: string;
  readonly firstAck: number;
  readonly lastAck: number;
  /** Bytes that were on disk, by name of the file. */
  readonly synced: ReadonlyMap<string, number>;
  /** Files and folders whose names were on disk, below the journal's folder. */
  readonly named: ReadonlySet<string>;
}

interface Kill {
  readonly afterAcks: number;
  readonly mode?: 'nosync' | 'nonames' | 'idle';
  /** Done before the process may be killed. */
  readonly whileOpen?: () => Promise<void>;
}

/** Runs a writer, kills it after so many acknowledgements, and tells what it said till then. */
async function killedWriter(dir: string, { afterAcks, mode, whileOpen }: Kill): Promise<Killed> {
  // What was there before had time enough.
  const named = new Set(await readdir(dir, { recursive: true }));
  const child = spawn(
    process.execPath,
    ['--conditions', 'bzzz-source', writer, dir, ...(mode === undefined ? [] : [mode])],
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  onCleanup(async () => {
    child.kill('SIGKILL');
  });
  const exited = once(child, 'exit');
  const acks: number[] = [];
  const synced = new Map<string, number>();
  let key = '';
  for await (const line of createInterface({ input: child.stdout })) {
    const [word, first, second] = line.split(' ');
    if (word === 'ack') acks.push(Number(first));
    if (word === 'sync' && first !== undefined) synced.set(first, Number(second));
    if (word === 'names' && first !== undefined) {
      for (const name of (second ?? '').split('/')) named.add(join(first, name));
    }
    if (word === 'open' && first !== undefined) {
      key = first;
      await whileOpen?.();
    }
    if (key !== '' && (acks.length >= afterAcks || mode === 'idle')) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  if (mode !== 'idle') expect(acks.length).toBeGreaterThanOrEqual(afterAcks);
  return { key, firstAck: Math.min(...acks), lastAck: Math.max(...acks), synced, named };
}

/**
 * The worst that a power cut may do: files whose names had not been synced are gone, and of the others what had not.
 * What is synced where this does not see it stays whole: RocksDB's manifest and options, and the remembered head.
 */
async function cutPower(dir: string, { synced, named }: Killed): Promise<void> {
  const items = await readdir(dir, { recursive: true, withFileTypes: true });
  for (const item of items) {
    const path = join(item.parentPath, item.name);
    const shown = relative(dir, path);
    if (!named.has(shown)) await rm(path, { recursive: true, force: true });
    else if (isLog(shown) || item.name === 'CORESTORE') {
      await truncate(path, synced.get(item.name) ?? 0);
    }
  }
}

function isLog(path: string): boolean {
  return /\/\d+\.log$/.test(path);
}

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
