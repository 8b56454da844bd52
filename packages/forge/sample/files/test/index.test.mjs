// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readdir } from 'node:fs/promises';
import * as textkit from '../src/index.js';

const folder = new URL('../src/', import.meta.url);
const files = (await readdir(folder)).filter((file) => file.endsWith('.js') && file !== 'index.js');

for (const file of files.sort()) {
  test(`everything that ${file} exports can be had from textkit`, async () => {
    for (const [name, value] of Object.entries(await import(new URL(file, folder)))) {
      assert.equal(textkit[name], value, name);
    }
  });
}

test('textkit exports functions only', () => {
  for (const [name, value] of Object.entries(textkit)) assert.equal(typeof value, 'function', name);
});
