// SPDX-License-Identifier: MIT
// node scripts/generate.mjs [--check] [TABLE...]    Writes src/tables/TABLE.js from data/TABLE.json.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { tableModule } from './lib/tables.mjs';
import { readArguments, readText, root, settle } from './lib/target.mjs';

const { check, values } = readArguments();
const files = await readdir(join(root, 'data'));
const names = values.length > 0 ? values : files.map((file) => basename(file, '.json')).sort();
for (const name of names) {
  const data = JSON.parse(await readText(`data/${name}.json`));
  const mend = `node scripts/generate.mjs ${name}`;
  await settle(`src/tables/${name}.js`, tableModule(name, data), { check, mend });
}
