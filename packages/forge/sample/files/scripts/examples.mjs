// SPDX-License-Identifier: MIT
// node scripts/examples.mjs [--check] [PAGE...]    Runs the examples of docs/PAGE.md and writes what they give.
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import * as textkit from '../src/index.js';
import { runExamples } from './lib/examples.mjs';
import { readArguments, readText, root, settle } from './lib/target.mjs';

const { check, values } = readArguments();
const files = await readdir(join(root, 'docs'));
const pages = values.length > 0 ? values : files.map((file) => basename(file, '.md')).sort();
for (const page of pages) {
  const path = `docs/${page}.md`;
  const wanted = await runExamples(await readText(path), textkit);
  await settle(path, wanted, { check, mend: `node scripts/examples.mjs ${page}` });
}
