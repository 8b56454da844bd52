// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseIni, stringifyIni } from '../src/ini.js';

const plain = (value) => JSON.parse(JSON.stringify(value));

test('reads keys, sections and comments', () => {
  const text = '; a comment\nname = textkit\n\n[server]\r\nport=8080\n# another\nmotto = a = b\n';
  assert.deepEqual(plain(parseIni(text)), {
    name: 'textkit',
    server: { port: '8080', motto: 'a = b' },
  });
});

test('keeps blanks in quotes', () => {
  assert.equal(parseIni('indent = "  "').indent, '  ');
});

test('a section may be opened twice', () => {
  assert.deepEqual(plain(parseIni('[a]\nx=1\n[b]\n[a]\ny=2')), { a: { x: '1', y: '2' }, b: {} });
});

test('does not reach the prototype', () => {
  const value = parseIni('[__proto__]\npolluted = yes');
  assert.equal({}.polluted, undefined);
  assert.equal(value.__proto__.polluted, 'yes');
});

test('names the line of what cannot be read', () => {
  assert.throws(() => parseIni('a = 1\nb'), { name: 'SyntaxError', message: /^line 2: / });
  assert.throws(() => parseIni('a = 1\n[a]'), { message: 'line 2: a is a key already' });
});

test('reads back what it wrote', () => {
  const value = { name: 'x', quoted: '"x"', edge: ' x ', empty: '', part: { a: '1', b: 'c = d' } };
  assert.equal(stringifyIni({ a: 1, b: { c: true } }), 'a = 1\n\n[b]\nc = true\n');
  assert.deepEqual(plain(parseIni(stringifyIni(value))), value);
});
