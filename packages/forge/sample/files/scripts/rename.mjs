// SPDX-License-Identifier: MIT
// node scripts/rename.mjs [--check] FROM TO    Gives an identifier another name in src and examples.
// With --check it changes nothing and fails while FROM is still there, or TO is nowhere.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasName, renameIn } from './lib/names.mjs';
import { fail, readArguments, root } from './lib/target.mjs';

const { check, values } = readArguments();
const [from, to] = values;
if (values.length !== 2) fail('usage: node scripts/rename.mjs [--check] FROM TO');

const sources = new Map();
for (const folder of ['src', 'examples']) {
  for (const file of (await readdir(join(root, folder))).filter((f) => /\.m?js$/.test(f)).sort()) {
    sources.set(`${folder}/${file}`, await readFile(join(root, folder, file), 'utf8'));
  }
}
const old = [...sources].filter(([, source]) => hasName(source, from)).map(([path]) => path);

if (check) {
  if (old.length > 0) fail(`${from} is still in ${old.join(', ')}`);
  if (![...sources.values()].some((source) => hasName(source, to))) fail(`${to} is nowhere`);
  console.log(`${from} is gone`);
} else {
  if (old.length === 0) fail(`${from} is nowhere`);
  // All or nothing: every file is renamed in memory before the first is written.
  const renamed = old.map((path) => [path, rename(path)]);
  for (const [path, source] of renamed) {
    await writeFile(join(root, path), source);
    console.log(`${path}: ${from} is now ${to}`);
  }
}

function rename(path) {
  try {
    return renameIn(sources.get(path), from, to);
  } catch (error) {
    return fail(`${path}: ${error.message}`);
  }
}
