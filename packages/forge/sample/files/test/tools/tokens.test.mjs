// SPDX-License-Identifier: MIT
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readdir, readFile } from 'node:fs/promises';
import { hasName, renameIn } from '../../scripts/lib/names.mjs';
import { tokens } from '../../scripts/lib/tokens.mjs';

const kinds = (source) =>
  [...tokens(source)]
    .filter(({ kind }) => kind !== 'space')
    .map(({ kind, text }) => `${kind} ${text}`);

test('tells a regular expression from a division', () => {
  assert.deepEqual(kinds('a / b / c'), [
    'name a',
    'punctuation /',
    'name b',
    'punctuation /',
    'name c',
  ]);
  assert.deepEqual(kinds('x = /[/]"/g'), ['name x', 'punctuation =', 'regex /[/]"/g']);
  assert.deepEqual(kinds('return /a/'), ['name return', 'regex /a/']);
});

test('finds code inside of template literals', () => {
  assert.deepEqual(kinds('`a ${f({ b: `c` })} d`'), [
    'template `a ${',
    'name f',
    'punctuation (',
    'punctuation {',
    'name b',
    'punctuation :',
    'template `c`',
    'punctuation }',
    'punctuation )',
    'template } d`',
  ]);
});

test('put together, the tokens of every file here are the file', async () => {
  for (const folder of ['src', 'scripts', 'scripts/lib', 'test']) {
    const place = new URL(`../../${folder}/`, import.meta.url);
    for (const file of (await readdir(place)).filter((name) => /\.m?js$/.test(name))) {
      const source = await readFile(new URL(file, place), 'utf8');
      assert.equal([...tokens(source)].map(({ text }) => text).join(''), source, file);
    }
  }
});

test('renames code, not text', () => {
  const source = "old(a.old, 'old', `old ${old}`); // old\nolder = /old/;";
  assert.equal(
    renameIn(source, 'old', 'young'),
    "young(a.young, 'old', `old ${young}`); // old\nolder = /old/;",
  );
  assert.equal(renameIn('a(b)', 'c', 'a'), 'a(b)');
  assert.throws(() => renameIn('a(b)', 'a', 'b'), { message: 'b is in use there' });
  assert.ok(!hasName('// old', 'old'));
});
