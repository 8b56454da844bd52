// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stopwords } from '../src/tables/stopwords.js';
import { countWords, isStopword, splitWords, topWords } from '../src/words.js';

test('splits words', () => {
  assert.deepEqual(splitWords('Don’t stop, well-known 42 naïve!'), [
    'Don’t',
    'stop',
    'well-known',
    '42',
    'naïve',
  ]);
  assert.deepEqual(splitWords(' – … '), []);
});

test('counts words', () => {
  assert.equal(countWords('to be, or not to be'), 6);
  assert.equal(countWords(''), 0);
});

test('knows every stop word of its table', () => {
  const unknown = stopwords.filter((word) => !isStopword(word));
  assert.deepEqual(unknown, []);
  assert.ok(isStopword('The'));
  assert.ok(!isStopword('textkit'));
});

test('has each stop word once', () => {
  const twice = stopwords.filter((word, index) => stopwords.indexOf(word) !== index);
  assert.deepEqual(twice, []);
});

test('finds what a text is about', () => {
  const text = 'You may read a book. The book is yours: read your book, you must!';
  assert.deepEqual(topWords(text), [
    { word: 'book', count: 3 },
    { word: 'read', count: 2 },
  ]);
  assert.equal(topWords('a1 b1 c1 d1', { countMax: 2 }).length, 2);
});
