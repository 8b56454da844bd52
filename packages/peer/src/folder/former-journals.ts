/**
 * The journals that a peer had before it was restored from a backup. It never writes to them again: it reads what others
 * kept of them, as it reads everybody's.
 */
import { readFile } from 'node:fs/promises';
import { BzzzError, JournalKey, reasonOf } from '@bzzz/protocol';
import { z } from 'zod';
import type { Layout } from './layout.ts';

/** Each restore adds one; the newest are kept. */
export const formerJournalsMax = 16;

export const FormerJournals = z.array(JournalKey).max(formerJournalsMax);

/** The oldest first. Throws `peer_folder_unusable`. */
export async function readFormerJournals({
  formerJournals: file,
}: Pick<Layout, 'formerJournals'>): Promise<JournalKey[]> {
  try {
    return FormerJournals.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw new BzzzError('peer_folder_unusable', `${file}: ${reasonOf(error)}`, { cause: error });
  }
}
