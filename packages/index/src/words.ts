/** What of an entry can be searched for, and what somebody who searches means. */
import type { EntryBody } from '@bzzz/protocol';

/** All texts and numbers of an entry; bytes are nobody's words. */
export function wordsOf(body: EntryBody): string {
  const words: string[] = [];
  addLeaves(body, words);
  return words.join(' ');
}

function addLeaves(value: unknown, words: string[]): void {
  if (typeof value === 'string' || typeof value === 'number') words.push(String(value));
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return;
  for (const one of Object.values(value)) addLeaves(one, words);
}

/**
 * Each word as a phrase of its own, or its beginning, so that nothing in it is taken for FTS5's query
 * language. Undefined: there is no word in it.
 */
export function matchOf(text: string): string | undefined {
  const words = text.split(/\s+/).filter((word) => /[\p{L}\p{N}]/u.test(word));
  if (words.length === 0) return undefined;
  return words.map((word) => `"${word.replaceAll('"', '""')}"*`).join(' ');
}
