// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { splitSentences, summarize } from '../src/summary.js';

test('counts what a text has', () => {
  assert.deepEqual(summarize('One two three. Four!\n\nFive?\n'), {
    characters: 28,
    words: 5,
    sentences: 3,
    paragraphs: 2,
    readingSeconds: 1,
  });
  assert.equal(summarize('word '.repeat(460)).readingSeconds, 120);
});

test('an empty text has nothing', () => {
  assert.deepEqual(Object.values(summarize('')), [0, 0, 0, 0, 0]);
});

test('sentences end where a reader stops', () => {
  assert.deepEqual(splitSentences('Stop! “Who?” He left… Then 3.5 days.'), [
    'Stop!',
    '“Who?”',
    'He left…',
    'Then 3.5 days.',
  ]);
});

test('abbreviations and initials end no sentence', () => {
  assert.deepEqual(splitSentences('Dr. Grace B. Hopper vs. The moth. It lost.'), [
    'Dr. Grace B. Hopper vs. The moth.',
    'It lost.',
  ]);
});

test('the report of the examples runs', () => {
  const script = fileURLToPath(new URL('../examples/report.mjs', import.meta.url));
  const license = fileURLToPath(new URL('../LICENSE', import.meta.url));
  const report = execFileSync(process.execPath, [script, license], { encoding: 'utf8' });
  assert.match(report, /^words +\d+$/m);
  assert.match(report, /^software +\d+$/m);
  assert.match(report, /^longest paragraph: THE SOFTWARE IS PROVIDED .*…$/m);
});
