import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { JournalLog } from '@bzzz/coordination';
import {
  BzzzError,
  type EntryBody,
  type JournalEntry,
  JournalKey,
  PeerId,
  TaskId,
} from '@bzzz/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type HistoryFilter, type HistoryIndex, openHistoryIndex } from '../src/index.ts';

const task = TaskId.parse('acme/widgets#7');
const other = TaskId.parse('acme/widgets#8');

let folder: string;
let index: HistoryIndex;
const replaced: string[] = [];
let nowMs = 0;
const writers = new Map<JournalKey, PeerId>();

function open(): HistoryIndex {
  const path = join(folder, 'index.sqlite');
  const deps = { writerOf: (log: JournalKey) => writers.get(log), nowMs: () => nowMs };
  return openHistoryIndex(deps, { path, onReplaced: (reason) => replaced.push(reason) });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bzzz-index-'));
  replaced.length = 0;
  writers.clear();
  nowMs = 1_000_000;
  index = open();
});
afterEach(() => {
  index.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Log extends JournalLog {
  readonly entries: JournalEntry[];
  /** Positions that were read. */
  readonly wasRead: number[];
  broken: boolean;
  /** What stands before is not held any more. */
  begins: number;
  say(atMs: number, body: EntryBody, cause?: JournalEntry['cause']): void;
}

function logOf(letter: string): Log {
  const entries: JournalEntry[] = [];
  const log: Log = {
    key: JournalKey.parse(letter.repeat(64)),
    entries,
    wasRead: [],
    broken: false,
    begins: 0,
    length: () => entries.length,
    start: () => log.begins,
    say(wallMs, body, cause) {
      entries.push({ v: 1, at: { wallMs, counter: 0 }, ...(cause && { cause }), body });
    },
    async *read({ from = 0, signal } = {}) {
      if (log.broken) throw new BzzzError('journal_corrupt', 'two histories');
      for (const [seq, entry] of entries.entries()) {
        if (signal?.aborted === true) throw new BzzzError('aborted', 'aborted');
        if (seq < Math.max(from, log.begins)) continue;
        log.wasRead.push(seq);
        yield { seq, entry };
      }
    },
  };
  return log;
}

const seen = (of: TaskId, title: string): EntryBody => ({
  kind: 'task.seen',
  task: of,
  title,
  bodySha256: hash,
});
const hash = 'a'.repeat(64) as Extract<EntryBody, { kind: 'task.seen' }>['bodySha256'];
const trouble = (reason: string): EntryBody => ({
  kind: 'trouble',
  code: 'forge_unreachable',
  reason,
});

function found(filter: Partial<HistoryFilter>): string[] {
  return index.query({ limit: 100, ...filter }).map(({ log, seq }) => `${log.slice(0, 1)}${seq}`);
}

describe('what was indexed', () => {
  it('is found by log, task, kind, time and words', async () => {
    const [a, b] = [logOf('a'), logOf('b')];
    a.say(10, seen(task, 'Parser drops the last line'));
    a.say(30, trouble('no answer within 30 s'));
    b.say(20, seen(other, 'Speed up the PARSER'));
    b.say(40, trouble('it said "no" (*)'));
    expect(await index.update([a, b])).toEqual({ added: 4, unreadable: [] });
    expect(found({})).toEqual(['a0', 'b0', 'a1', 'b1']);
    expect(found({ logs: [b.key] })).toEqual(['b0', 'b1']);
    expect(found({ logs: [] })).toEqual([]);
    expect(found({ task })).toEqual(['a0']);
    expect(found({ kinds: ['trouble'] })).toEqual(['a1', 'b1']);
    expect(found({ sinceMs: 20, untilMs: 40 })).toEqual(['b0', 'a1']);
    expect(found({ text: 'pars' })).toEqual(['a0', 'b0']);
    expect(found({ text: 'parser line' })).toEqual(['a0']);
    expect(found({ text: 'forge_unreachable', logs: [a.key] })).toEqual(['a1']);
    expect(found({ limit: 2 })).toEqual(['a1', 'b1']);
  });

  it('of a clock far ahead stands where it came to be here, and that is told', async () => {
    const [a, b] = [logOf('a'), logOf('b')];
    a.say(999_000, trouble('one'));
    a.say(1_000_500, trouble('two'));
    b.say(1_050_000, trouble('a little ahead'));
    b.say(Number.MAX_SAFE_INTEGER, trouble('of the end of time'));
    await index.update([a, b]);
    nowMs = 2_000_000;
    a.say(1_999_000, trouble('three'));
    await index.update([a, b]);
    // Each log in its own order.
    expect(found({})).toEqual(['a0', 'b0', 'b1', 'a1', 'a2']);
    expect(found({ limit: 1 })).toEqual(['a2']);
    expect(found({ sinceMs: 1_500_000 })).toEqual(['a2']);
    const ahead = index.query({ limit: 100 }).filter(({ aheadMs }) => aheadMs > 0);
    expect(ahead).toMatchObject([{ seq: 1, aheadMs: Number.MAX_SAFE_INTEGER - 1_000_000 }]);
  });

  it('is forgotten when its log does not hold it any more, and nothing else is', async () => {
    const [a, b] = [logOf('a'), logOf('b')];
    for (const at of [10, 20, 30]) {
      a.say(at, trouble(`a at ${at}`));
      b.say(at + 5, trouble(`b at ${at}`));
    }
    await index.update([a, b]);
    a.begins = 2;
    expect((await index.update([a, b])).added).toBe(0);
    expect(found({})).toEqual(['b0', 'b1', 'a2', 'b2']);
    expect([index.count(), index.lastId()]).toEqual([4, 6]);
    expect(found({ text: '20' })).toEqual(['b1']);
    await index.clear();
    expect((await index.update([a, b])).added).toBe(4);
    expect(found({})).toEqual(['b0', 'b1', 'a2', 'b2']);
  });

  it.each(['"', 'NOT', 'a OR', '*', '(', 'NEAR(', "'; DROP TABLE entries; --", 'text:x', '-no'])(
    'is searched for %s without it being taken for a query',
    async (text) => {
      const a = logOf('a');
      a.say(10, trouble(`before ${text} after`));
      await index.update([a]);
      expect(found({ text })).toEqual(['a0']);
      expect(found({ text: `${text} nowhere` })).toEqual([]);
    },
  );

  it('stands behind its cause, whatever the clocks say', async () => {
    const [a, b] = [logOf('a'), logOf('b')];
    const writer = PeerId.parse(`12D3KooW${'x'.repeat(43)}b`);
    writers.set(b.key, writer);
    b.say(50, seen(task, 'told'));
    a.say(10, seen(task, 'heard'), { peer: writer, seq: 0 });
    await index.update([a, b]);
    expect(found({ task })).toEqual(['b0', 'a0']);
  });

  it('is told on from the last entry that was there', async () => {
    const [a, b] = [logOf('a'), logOf('b')];
    a.say(10, trouble('one'));
    await index.update([a, b]);
    const afterId = index.lastId();
    b.say(5, trouble('two, of an earlier time'));
    await index.update([a, b]);
    expect(found({ afterId })).toEqual(['b0']);
  });
});

describe('an update', () => {
  it('reads each entry once, also after the file was closed', async () => {
    const a = logOf('a');
    for (let count = 0; count < 1_234; count += 1) a.say(count, trouble(`number ${count}`));
    expect(await index.update([a])).toMatchObject({ added: 1_234 });
    a.say(2_000, trouble('later'));
    index.close();
    index = open();
    const both = await Promise.all([index.update([a]), index.update([a])]);
    expect(both.map(({ added }) => added)).toEqual([1, 0]);
    expect(a.wasRead).toHaveLength(1_235);
    expect(found({ text: 'number 777' })).toEqual(['a777']);
    expect(replaced).toEqual([]);
  });

  it('takes a log that became shorter for another one', async () => {
    const a = logOf('a');
    a.say(1, trouble('old'));
    a.say(2, trouble('old too'));
    await index.update([a]);
    a.entries.length = 0;
    a.say(3, trouble('new'));
    await index.update([a]);
    expect(found({})).toEqual(['a0']);
    expect([found({ text: 'old' }), found({ text: 'new' })]).toEqual([[], ['a0']]);
  });

  it('names a log that cannot be read, and reads the others', async () => {
    const [a, b] = [logOf('a'), logOf('b')];
    a.say(1, trouble('one'));
    b.say(2, trouble('two'));
    a.broken = true;
    expect(await index.update([a, b])).toEqual({ added: 1, unreadable: [a.key] });
    a.broken = false;
    expect(await index.update([a, b])).toEqual({ added: 1, unreadable: [] });
  });

  it('ends when it is cancelled, and loses nothing', async () => {
    const a = logOf('a');
    for (let count = 0; count < 700; count += 1) a.say(count, trouble('x'));
    const signal = AbortSignal.abort();
    await expect(index.update([a], { signal })).rejects.toMatchObject({ code: 'aborted' });
    expect(await index.update([a])).toMatchObject({ added: 700 });
  });
});

describe('a file that is of no use', () => {
  it.each([
    ['is no database', () => writeFileSync(join(folder, 'index.sqlite'), 'x'.repeat(10_000))],
    [
      'is of another release',
      () => {
        const db = new DatabaseSync(join(folder, 'index.sqlite'));
        db.exec('PRAGMA user_version = 999');
        db.close();
      },
    ],
  ])('is made anew when it %s', async (_, spoil) => {
    const a = logOf('a');
    a.say(1, trouble('one'));
    await index.update([a]);
    index.close();
    spoil();
    index = open();
    expect(replaced).toHaveLength(1);
    expect(found({})).toEqual([]);
    expect(await index.update([a])).toMatchObject({ added: 1 });
    expect(found({})).toEqual(['a0']);
  });

  it('is emptied when it is asked to', async () => {
    const a = logOf('a');
    a.say(1, trouble('one'));
    await index.update([a]);
    const before = index.generation();
    expect(index.count()).toBe(1);
    await index.clear();
    expect([found({}), index.lastId(), index.count()]).toEqual([[], 0, 0]);
    expect(index.generation()).not.toBe(before);
    expect(await index.update([a])).toMatchObject({ added: 1 });
    expect(index.count()).toBe(1);
  });

  it('holds everything again when it is emptied in the middle of an update', async () => {
    const a = logOf('a');
    for (let at = 0; at < 1_200; at += 1) a.say(at, trouble(`${at}`));
    const reached = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    const read: Log['read'] = async function* (options) {
      for await (const stored of a.read(options)) {
        if (stored.seq === 700) reached.resolve();
        if (stored.seq === 700) await goOn.promise;
        yield stored;
      }
    };
    const first = index.update([{ ...a, length: a.length, read }]);
    await reached.promise;
    expect(index.lastId()).toBe(500);
    const cleared = index.clear();
    goOn.resolve();
    await Promise.all([first, cleared, index.update([a])]);
    expect(index.count()).toBe(1_200);
    expect(found({ text: '700' })).toEqual(['a700']);
  });

  it('cannot be opened where there is no folder, and says so', () => {
    const options = { path: join(folder, 'no', 'such', 'x.sqlite'), onReplaced: () => undefined };
    expect(() => openHistoryIndex({ writerOf: () => undefined, nowMs: () => 0 }, options)).toThrow(
      expect.objectContaining({ code: 'index_failed' }),
    );
  });

  it('is closed for good', () => {
    index.close();
    expect(() => index.query({ limit: 1 })).toThrow(expect.objectContaining({ code: 'stopped' }));
  });
});
