// SPDX-License-Identifier: MIT
import { stopwords } from './tables/stopwords.js';

/**
 * The words of a text in their order: runs of letters, digits and marks, with apostrophes and
 * hyphens inside.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function splitWords(text) {
  return text.match(/[\p{L}\p{N}\p{M}]+(?:['’-][\p{L}\p{N}\p{M}]+)*/gu) ?? [];
}

/**
 * How many words a text has.
 *
 * @param {string} text
 * @returns {number}
 */
export function countWords(text) {
  return splitWords(text).length;
}

/**
 * Whether an English word is too common to say what a text is about ("the", "of").
 *
 * @param {string} word
 * @returns {boolean}
 */
export function isStopword(word) {
  const wanted = word.toLowerCase();
  let low = 0;
  let high = stopwords.length;
  // Binary search: the table is sorted by UTF-16 code units.
  while (low < high) {
    const middle = (low + high) >> 1;
    if (stopwords[middle] < wanted) low = middle + 1;
    else high = middle;
  }
  return stopwords[low] === wanted;
}

/**
 * The words that a text uses most, without stop words, most frequent first; of equally frequent
 * ones the one that comes first in the text.
 *
 * @param {string} text
 * @param {{ countMax?: number }} [options]
 * @returns {{ word: string, count: number }[]}
 */
export function topWords(text, { countMax = 10 } = {}) {
  const counts = new Map();
  for (const word of splitWords(text.toLowerCase())) {
    if (!isStopword(word)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([word, count]) => ({ word, count }))
    .sort((a, b) => b.count - a.count)
    .slice(0, countMax);
}
