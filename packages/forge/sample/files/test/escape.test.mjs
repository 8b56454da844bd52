// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { escapeHtml, escapeRegExp, unescapeHtml } from '../src/escape.js';
import { entities } from '../src/tables/entities.js';

test('escapes what HTML gives a meaning', () => {
  assert.equal(
    escapeHtml(`<a href="x">Q & A's</a>`),
    '&lt;a href=&quot;x&quot;&gt;Q &amp; A&#39;s&lt;/a&gt;',
  );
});

test('unescapes named, decimal and hexadecimal references', () => {
  assert.equal(unescapeHtml('&lt;&eacute;&#233;&#xE9;&hellip;'), '<ééé…');
  for (const [name, character] of entities) assert.equal(unescapeHtml(`&${name};`), character);
});

test('leaves what is no reference', () => {
  assert.equal(unescapeHtml('AT&T &nosuch; &;'), 'AT&T &nosuch; &;');
});

test('replaces what Unicode does not have', () => {
  assert.equal(unescapeHtml('&#0;&#xD800;&#x110000;'), '\ufffd\ufffd\ufffd');
});

test('unescapes once, so that nothing is unescaped twice', () => {
  assert.equal(unescapeHtml('&amp;lt;'), '&lt;');
  assert.equal(unescapeHtml(escapeHtml('&lt;')), '&lt;');
});

test('a regular expression finds an escaped text literally', () => {
  for (let code = 0x20; code < 0x7f; code += 1) {
    const text = `a${String.fromCharCode(code)}b`;
    assert.ok(new RegExp(`^${escapeRegExp(text)}$`).test(text), text);
  }
});
