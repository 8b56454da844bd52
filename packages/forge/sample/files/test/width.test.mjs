// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFile } from 'node:fs/promises';
import { displayWidth, padColumns } from '../src/width.js';

test('Latin letters take one column', () => {
  assert.equal(displayWidth('hello'), 5);
  assert.equal(displayWidth(''), 0);
});

test('East Asian wide characters take two', () => {
  assert.equal(displayWidth('日本'), 4);
  assert.equal(displayWidth('한국어'), 6);
  assert.equal(displayWidth('ｆｕｌｌ'), 8);
});

test('combining marks and control characters take none', () => {
  assert.equal(displayWidth('e\u0301'), 1);
  assert.equal(displayWidth('a\u200bb\u0007'), 2);
});

test('emoji take two, those of Unicode 13 and 14 too', () => {
  assert.equal(displayWidth('🚀'), 2);
  assert.equal(displayWidth('🪴'), 2, 'potted plant, Unicode 13');
  assert.equal(displayWidth('🫠'), 2, 'melting face, Unicode 14');
  assert.equal(displayWidth('🛝'), 2, 'playground slide, Unicode 14');
});

test('the table agrees with its data for every character', async () => {
  const file = new URL('../data/wide.json', import.meta.url);
  const { entries } = JSON.parse(await readFile(file, 'utf8'));
  const ranges = entries.map(({ from, to }) => [
    Number.parseInt(from, 16),
    Number.parseInt(to, 16),
  ]);
  const widthless = /[\p{M}\p{Cf}]/u;
  let index = 0;
  for (let code = 0x300; code <= 0x10ffff; code += 1) {
    while (index < ranges.length && ranges[index][1] < code) index += 1;
    if (code >= 0xd800 && code <= 0xdfff) continue;
    const character = String.fromCodePoint(code);
    const expected = widthless.test(character)
      ? 0
      : code >= (ranges[index]?.[0] ?? Infinity)
        ? 2
        : 1;
    if (displayWidth(character) !== expected)
      assert.fail(`U+${code.toString(16)} is not ${expected}`);
  }
});

test('pads by columns, not by characters', () => {
  assert.equal(padColumns('日本', 6), '日本  ');
  assert.equal(padColumns('7', 3, 'right'), '  7');
  assert.equal(padColumns('ab', 5, 'center'), ' ab  ');
  assert.equal(padColumns('too long', 3), 'too long');
  assert.throws(() => padColumns('a', 3, 'middle'), TypeError);
});
