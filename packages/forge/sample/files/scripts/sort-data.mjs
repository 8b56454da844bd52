// SPDX-License-Identifier: MIT
// node scripts/sort-data.mjs [--check] TABLE...    Sorts data/TABLE.json and drops duplicates.
import { sortEntries } from './lib/tables.mjs';
import { fail, readArguments, readText, settle } from './lib/target.mjs';

const { check, values: names } = readArguments();
if (names.length === 0) fail('usage: node scripts/sort-data.mjs [--check] TABLE...');
for (const name of names) {
  const path = `data/${name}.json`;
  const data = JSON.parse(await readText(path));
  const wanted = `${JSON.stringify(sortEntries(data), null, 2)}\n`;
  await settle(path, wanted, { check, mend: `node scripts/sort-data.mjs ${name}` });
}
