import { mkdtemp, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStateLog } from '../src/store/state-log.ts';
import type { StateLog } from '../src/store/state-log.ts';
import { createStore } from '../src/store/store.ts';
import type { Row, Store } from '../src/store/store.ts';

interface NoteRow extends Row {
  readonly text: string;
}

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(os.tmpdir(), 'bzzz-forge-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

async function openNotes(logBytesMax: number): Promise<{ store: Store; log: StateLog }> {
  const loaded = await openStateLog(dir, { image: () => store.image(), logBytesMax });
  const store = createStore({ now: () => 0, record: (change) => loaded.log.record(change) });
  if (loaded.image !== null) store.load(loaded.image);
  for (const change of loaded.changes) store.apply(change);
  return { store, log: loaded.log };
}

test('a long log is folded into an image while rows go on changing, and nothing is lost', async () => {
  const { store, log } = await openNotes(500);
  const notes = store.collection<NoteRow>('notes', ['text']);
  const flushes: Promise<void>[] = [];
  for (let at = 0; at < 200; at += 1) {
    const row = notes.insert({ text: `note ${at}` });
    if (at % 3 === 0) notes.update(row.id, { text: `changed ${at}` });
    if (at % 5 === 0) notes.delete(row.id);
    flushes.push(log.flush());
    if (at % 10 === 0) await flushes.at(-1);
  }
  await Promise.all(flushes);
  const files = await readdir(dir);
  expect(files.filter((name) => name.startsWith('log-')).length).toBeLessThanOrEqual(1);
  expect(files).toContain('image.json');
  // No close: like a process that was killed.
  const again = await openNotes(500);
  const reopened = again.store.collection<NoteRow>('notes', ['text']);
  expect(reopened.all().toSorted((a, b) => a.id - b.id)).toEqual(
    notes.all().toSorted((a, b) => a.id - b.id),
  );
  expect(reopened.findBy('text', 'changed 3')).toHaveLength(1);
  expect(reopened.findBy('text', 'note 3')).toHaveLength(0);
  expect(reopened.insert({ text: 'next' }).id).toBe(201);
  await again.log.close();
  await log.close();
});

test('a disk that refuses is told to every flush from then on', async () => {
  const { store, log } = await openNotes(500);
  await rm(dir, { recursive: true });
  store.collection<NoteRow>('notes').insert({ text: 'lost' });
  await expect(log.flush()).rejects.toMatchObject({ code: 'forge_state' });
  await expect(log.flush()).rejects.toMatchObject({ code: 'forge_state' });
});
