// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dedent, indent } from '../src/dedent.js';

test('takes off what all lines share', () => {
  const text = dedent(`
    one
      two

    three
  `);
  assert.equal(text, 'one\n  two\n\nthree');
});

test('lines of blanks do not count', () => {
  assert.equal(dedent('    a\n  \n    b'), 'a\n\nb');
});

test('tabs and blanks are not the same', () => {
  assert.equal(dedent('\ta\n  b'), '\ta\n  b');
  assert.equal(dedent('\t\ta\n\tb'), '\ta\nb');
});

test('a text without indentation stays', () => {
  assert.equal(dedent('a\n  b'), 'a\n  b');
  assert.equal(dedent(''), '');
});

test('indents lines that are not empty', () => {
  assert.equal(indent('a\n\n  b\n'), '  a\n\n    b\n');
  assert.equal(indent('a\nb', '> '), '> a\n> b');
  assert.equal(dedent(indent('a\n  b')), 'a\n  b');
});
