// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { displayWidth } from '../src/width.js';
import { truncate, wrap } from '../src/wrap.js';

const prose = `It was the best of times, it was the worst of times, it was the age of wisdom, it was the
age of foolishness, it was the epoch of belief, it was the epoch of incredulity.`;

test('no line is wider than asked, and no word is lost', () => {
  for (let columns = 12; columns <= 120; columns += 1) {
    const lines = wrap(prose, { columns }).split('\n');
    assert.ok(lines.every((line) => displayWidth(line) <= columns));
    assert.deepEqual(lines.join(' ').split(' '), prose.split(/\s+/));
  }
});

test('breaks a line no earlier than it has to', () => {
  assert.equal(wrap('aa bb cc', { columns: 5 }), 'aa bb\ncc');
  assert.equal(wrap('aa bb cc', { columns: 8 }), 'aa bb cc');
});

test('keeps paragraphs apart', () => {
  assert.equal(wrap('one\ntwo\n\n  \nthree'), 'one two\n\nthree');
});

test('counts the indent, and wide characters twice', () => {
  assert.equal(wrap('aa bb', { columns: 5, indent: '> ' }), '> aa\n> bb');
  assert.equal(wrap('日本 日本', { columns: 8 }), '日本\n日本');
  assert.throws(() => wrap('a', { columns: 2, indent: '  ' }), RangeError);
});

test('leaves a word that is too wide alone', () => {
  assert.equal(wrap('a incomprehensible b', { columns: 6 }), 'a\nincomprehensible\nb');
});

test('truncates with an ellipsis', () => {
  assert.equal(truncate('hello world', 20), 'hello world');
  assert.equal(truncate('hello world', 7), 'hello…');
  assert.equal(truncate('日本語', 4), '日…');
  assert.equal(truncate('hello', 4, '..'), 'he..');
});
