import { isBzzzError } from '@bzzz/protocol';
import { collect, entryOf } from '@bzzz/testkit/contracts/journal';
import { describe, expect, it } from 'vitest';
import { diskSync } from '../src/disk-sync.ts';
import { openJournals } from '../src/index.ts';
import { linked } from './hosts.ts';
import { cutPower, type Kill, killedWriter } from './power/power.ts';
import { appendRange, arrived, codeOf, openedJournals, tempDir } from './support.ts';

/** For a dozen processes on a busy machine. */
const patientMs = 180_000;

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
    const killed = await killedWriter(dir, { idle: true });
    await cutPower(dir, killed);
    const { own } = await openedJournals({ dir });
    expect(own.key).toBe(killed.key);
    expect(own.length()).toBe(0);
  });

  it.each(['go', 'stay'] as const)(
    'can be opened whenever the power was cut while it was made, and names %s',
    async (names) => {
      let isOpen = false;
      for (let atSync = 1; !isOpen; atSync += 1) {
        const dir = await tempDir();
        const killed = await killedWriter(dir, { idle: true, atSync });
        isOpen = killed.key !== '';
        await cutPower(dir, killed, { names });
        const { own } = await openedJournals({ dir });
        expect(own.length()).toBe(0);
        expect(await own.append(entryOf(0))).toBe(0);
      }
    },
    patientMs,
  );

  it.each(['go', 'stay'] as const)(
    'loses nothing whenever the power is cut while it is opened again, and names %s',
    async (names) => {
      const dir = await tempDir();
      let isOpen = false;
      let key = '';
      for (let atSync = 1; !isOpen; atSync += 1) {
        const journals = await openedJournals({ dir });
        expect(journals.own.length()).toBe(atSync - 1);
        key ||= journals.own.key;
        expect(journals.own.key).toBe(key);
        await journals.own.append(entryOf(atSync));
        await journals.close();
        const killed = await killedWriter(dir, { idle: true, atSync });
        isOpen = killed.key !== '';
        await cutPower(dir, killed, { names });
      }
      const { own } = await openedJournals({ dir });
      expect(own.key).toBe(key);
      expect(await collect(own.read())).toHaveLength(own.length());
    },
    patientMs,
  );

  it('belongs to one process at a time', async () => {
    const dir = await tempDir();
    await killedWriter(dir, {
      idle: true,
      async whileOpen() {
        expect(await codeOf(openJournals({}, { dir }))).toBe('journal_locked');
      },
    });
    expect((await openedJournals({ dir })).own.length()).toBe(0);
  });

  /** What becomes of a journal whose syncs are taken out, where the system is asked for them. */
  async function without(syncs: Kill['without']): Promise<string> {
    const dir = await tempDir();
    const killed = await killedWriter(dir, { afterAcks: 60, without: syncs });
    await cutPower(dir, killed);
    try {
      const { own } = await openedJournals({ dir });
      if (own.key !== killed.key) return 'another journal';
      return own.length() > killed.lastAck ? 'kept' : 'shorter';
    } catch (error) {
      if (isBzzzError(error)) return error.code;
      throw error;
    }
  }

  it('would lose it without the sync of content, and would notice', async () => {
    expect(await without('content')).toBe('journal_corrupt');
  });

  it('would lose it without the sync of folders, so that another journal is begun', async () => {
    expect(await without('everything')).toBe('another journal');
  });

  it('would lose it when nothing were synced', async () => {
    expect(await without('both')).toBe('another journal');
    expect(await without(undefined)).toBe('kept');
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

function range(length: number): number[] {
  return Array.from({ length }, (_, index) => index);
}
