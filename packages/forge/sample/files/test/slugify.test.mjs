// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { slugify } from '../src/slugify.js';

test('joins lower case words', () => {
  assert.equal(slugify('  Hello, World!  '), 'hello-world');
  assert.equal(slugify('Don’t panic'), 'dont-panic');
  assert.equal(slugify('Hello World', { separator: '_' }), 'hello_world');
});

test('takes accents off', () => {
  assert.equal(slugify('Crème brûlée'), 'creme-brulee');
  assert.equal(slugify('Příliš žluťoučký kůň'), 'prilis-zlutoucky-kun');
});

test('spells letters that do not decompose', () => {
  assert.equal(slugify('Straße nach Ærø'), 'strasse-nach-aero');
  assert.equal(slugify('Þingvellir'), 'thingvellir');
  assert.equal(slugify('Αθήνα'), 'athina');
  assert.equal(slugify('Москва'), 'moskva');
});

test('spells Polish', () => {
  assert.equal(slugify('Zażółć gęślą jaźń'), 'zazolc-gesla-jazn');
  assert.equal(slugify('Łódź'), 'lodz');
});

test('spells Turkish', () => {
  assert.equal(slugify('Diyarbakır'), 'diyarbakir');
  assert.equal(slugify('Işık'), 'isik');
});

test('spells Ukrainian', () => {
  assert.equal(slugify('Їжак і єнот'), 'yizhak-i-yenot');
  assert.equal(slugify('Ґанок'), 'ganok');
});

test('cuts at the end of a word where it can', () => {
  assert.equal(slugify('one two three', { lengthMax: 9 }), 'one-two');
  assert.equal(slugify('extraordinary', { lengthMax: 5 }), 'extra');
});

test('gives nothing but ASCII for every character of Unicode', () => {
  for (let code = 0; code <= 0x2ffff; code += 1) {
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const slug = slugify(String.fromCodePoint(code));
    if (!/^[a-z0-9-]*$/.test(slug)) assert.fail(`U+${code.toString(16)} gives ${slug}`);
  }
});
