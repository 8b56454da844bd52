// SPDX-License-Identifier: MIT
// node examples/report.mjs FILE    What a text is made of, as a table in the terminal.
import { readFile } from 'node:fs/promises';
import { summarize } from '../src/summary.js';
import { formatTable } from '../src/table.js';
import * as words from '../src/words.js';
import { truncate } from '../src/wrap.js';

const [path] = process.argv.slice(2);
if (path === undefined) throw new Error('usage: node examples/report.mjs FILE');
const text = await readFile(path, 'utf8');

const longest = text
  .split(/\n\s*\n/)
  .reduce((a, b) => (words.wordCount(b) > words.wordCount(a) ? b : a));

console.log(formatTable(Object.entries(summarize(text)), { align: ['left', 'right'] }));
console.log();
console.log(
  formatTable([['word', 'uses'], ...words.topWords(text).map(({ word, count }) => [word, count])], {
    align: ['left', 'right'],
    header: true,
  }),
);
console.log();
console.log(`longest paragraph: ${truncate(longest.replaceAll(/\s+/g, ' '), 60)}`);
