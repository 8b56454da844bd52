// SPDX-License-Identifier: MIT
// node scripts/check.mjs    Everything that the tools of this repository can check, in one go.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root } from './lib/target.mjs';

const checks = [
  ['format.mjs'],
  ['license.mjs'],
  ['generate.mjs'],
  ['sort-data.mjs', 'entities', 'stopwords', 'transliteration'],
  ['exports.mjs'],
  ['api.mjs'],
  ['examples.mjs'],
];

for (const [script, ...values] of checks) {
  const argv = [join(root, 'scripts', script), '--check', ...values];
  const { status, stderr } = spawnSync(process.execPath, argv, { encoding: 'utf8' });
  console.log(`${status === 0 ? 'ok  ' : 'FAIL'} ${script}`);
  if (stderr !== '') console.log(stderr.trimEnd().replaceAll(/^(?=.)/gm, '     '));
  if (status !== 0) process.exitCode = 1;
}
