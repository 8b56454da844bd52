// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatTable, markdownTable } from '../src/table.js';

test('lays columns out', () => {
  const rows = [
    ['name', 'size'],
    ['a', 5],
    ['longer', 12],
  ];
  assert.equal(
    formatTable(rows, { header: true, align: ['left', 'right'] }),
    ['name    size', '------  ----', 'a          5', 'longer    12'].join('\n'),
  );
});

test('lines do not end in blanks, short rows are fine', () => {
  assert.equal(formatTable([['a', 'b'], ['ccc'], [null, 'd']]), 'a    b\nccc\n     d');
  assert.equal(formatTable([]), '');
});

test('wide characters keep columns straight', () => {
  assert.equal(
    formatTable([
      ['日本', 1],
      ['Peru', 2],
    ]),
    '日本  1\nPeru  2',
  );
});

test('writes Markdown', () => {
  assert.equal(
    markdownTable([['a', 'long'], ['x|y'], ['1', '2']]),
    ['| a    | long |', '| ---- | ---- |', '| x\\|y |      |', '| 1    | 2    |'].join('\n'),
  );
});
