// SPDX-License-Identifier: MIT
import * as words from './words.js';

const wordsPerMinute = 230;

/**
 * Counts what an editor shows below a text: characters, words, sentences, paragraphs, and how long
 * an adult takes to read it silently (Brysbaert, 2019: about 230 words a minute).
 *
 * @param {string} text
 * @returns {{ characters: number, words: number, sentences: number, paragraphs: number,
 *   readingSeconds: number }}
 */
export function summarize(text) {
  const count = words.wordCount(text);
  return {
    characters: [...text].length,
    words: count,
    sentences: splitSentences(text).length,
    paragraphs: text.split(/\n\s*\n/).filter((paragraph) => paragraph.trim() !== '').length,
    readingSeconds: Math.round((count / wordsPerMinute) * 60),
  };
}

/**
 * Splits a text into sentences at `.`, `!`, `?` and `…` that a blank and a capital letter follow.
 * Initials and common abbreviations do not end one.
 *
 * @param {string} text
 * @returns {string[]}
 */
export function splitSentences(text) {
  const sentences = [];
  let current = '';
  for (const piece of text.trim().split(/(?<=[.!?…]["'”’)]?)\s+(?=["'“‘(]?[\p{Lu}\p{N}])/u)) {
    current = current === '' ? piece : `${current} ${piece}`;
    if (/(?:^|\s)(?:\p{Lu}|Dr|Mr|Mrs|Ms|Prof|St|No|vs|e\.g|i\.e)\.$/u.test(current)) continue;
    sentences.push(current);
    current = '';
  }
  if (current !== '') sentences.push(current);
  return sentences.filter((sentence) => words.wordCount(sentence) > 0);
}
