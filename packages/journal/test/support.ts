import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isBzzzError } from '@bzzz/protocol';
import { afterEach } from 'vitest';
import { type Journals, type JournalsDependencies, openJournals } from '../src/index.ts';

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

/** Journals that are closed after the test. */
export async function openedJournals(
  options: { dir?: string; deps?: JournalsDependencies } = {},
): Promise<Journals> {
  const dir = options.dir ?? (await tempDir());
  const journals = await openJournals(options.deps ?? {}, { dir });
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
