// SPDX-License-Identifier: MIT
// node scripts/changelog.mjs [--check] KIND TEXT    Adds an entry under "Unreleased".
import { withEntry } from './lib/changelog.mjs';
import { fail, readArguments, readText, settle } from './lib/target.mjs';

const { check, values } = readArguments();
const [kind, text] = values;
if (values.length !== 2) fail('usage: node scripts/changelog.mjs [--check] KIND TEXT');
const wanted = withEntry(await readText('CHANGELOG.md'), kind, text);
await settle('CHANGELOG.md', wanted, {
  check,
  mend: `node scripts/changelog.mjs ${kind} "${text}"`,
});
