import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBzzzError } from '@bzzz/protocol';
import { entryOf } from '@bzzz/testkit/contracts/journal';
import { afterEach } from 'vitest';
import {
  type Journals,
  type JournalsDependencies,
  type JournalsOptions,
  openJournals,
  type Replica,
} from '../src/index.ts';

/** Undone after each test, last first. */
const cleanups: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

export function onCleanup(cleanup: () => Promise<void>): void {
  cleanups.push(cleanup);
}

export async function tempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'bzzz-journal-'));
  onCleanup(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

/** Journals that are closed after the test; in a new folder unless one is given. */
export async function openedJournals(
  options: Partial<JournalsOptions> & { deps?: JournalsDependencies } = {},
): Promise<Journals> {
  const { deps = {}, ...rest } = options;
  const journals = await openJournals(deps, { dir: await tempDir(), ...rest });
  onCleanup(() => journals.close());
  return journals;
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    if (isBzzzError(error)) return error.code;
    throw error;
  }
  throw new Error('it did not fail');
}

/** Appends the entries `from` to `end` of `entryOf`, at once. */
export async function appendRange(journals: Journals, from: number, end: number): Promise<void> {
  const indexes = Array.from({ length: end - from }, (_, offset) => from + offset);
  await Promise.all(indexes.map((index) => journals.own.append(entryOf(index))));
}

/** Waits until so many entries, at least one, are here. */
export async function arrived(replica: Replica, length: number): Promise<void> {
  for await (const { seq } of replica.follow({ from: length - 1 })) if (seq >= length - 1) return;
}
