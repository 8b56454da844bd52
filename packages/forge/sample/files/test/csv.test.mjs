// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCsv, stringifyCsv } from '../src/csv.js';

test('reads rows and fields', () => {
  assert.deepEqual(parseCsv('a,b\nc,d\n'), [
    ['a', 'b'],
    ['c', 'd'],
  ]);
  assert.deepEqual(parseCsv('a,b\r\nc,d'), [
    ['a', 'b'],
    ['c', 'd'],
  ]);
  assert.deepEqual(parseCsv(''), []);
});

test('keeps empty fields', () => {
  assert.deepEqual(parseCsv(',a,\n,,'), [
    ['', 'a', ''],
    ['', '', ''],
  ]);
});

test('reads delimiters, quotes and line breaks in quoted fields', () => {
  assert.deepEqual(parseCsv('"a,b","say ""hi""","two\nlines"'), [
    ['a,b', 'say "hi"', 'two\nlines'],
  ]);
});

test('reads records by the names in the header', () => {
  assert.deepEqual(parseCsv('name,age\nAda,36\nAlan', { header: true }), [
    { name: 'Ada', age: '36' },
    { name: 'Alan', age: '' },
  ]);
});

test('names the line of what cannot be read', () => {
  assert.throws(() => parseCsv('a\n"b'), { name: 'SyntaxError', message: /line 2: .* not closed/ });
  assert.throws(() => parseCsv('"a"b'), { message: 'line 1: text after a closing quote' });
});

test('quotes only what needs it', () => {
  const row = ['plain', 'a b', 'a,b', ' a', 'say "hi"', 'two\nlines', null, 1];
  assert.equal(stringifyCsv([row]), 'plain,a b,"a,b"," a","say ""hi""","two\nlines",,1\n');
  assert.equal(stringifyCsv([['a,b', 'c;d']], { delimiter: ';' }), 'a,b;"c;d"\n');
});

test('reads back every table of up to four fields that it wrote', () => {
  const fields = ['', 'a', '"', ',', '\n', '\r\n', ' ', 'a"b,c', '""', 'ä\n"'];
  let tables = 0;
  for (const a of fields) {
    for (const b of fields) {
      for (const c of fields) {
        for (const d of fields) {
          for (const rows of [
            [[a, b, c, d]],
            [
              [a, b],
              [c, d],
            ],
            [
              ['x', a],
              ['', b, c],
              [d, 'y'],
            ],
          ]) {
            assert.deepEqual(parseCsv(stringifyCsv(rows)), rows);
            tables += 1;
          }
        }
      }
    }
  }
  assert.equal(tables, 30_000);
});
