// SPDX-License-Identifier: MIT
// node scripts/exports.mjs [--check]    Writes src/index.js: every exported function of src.
import { readModules } from './lib/modules.mjs';
import { readArguments, root, settle } from './lib/target.mjs';

const { check } = readArguments();
const lines = (await readModules(root)).map(({ name, functions }) => {
  const names = functions.map((f) => f.name).sort();
  return `export { ${names.join(', ')} } from './${name}.js';`;
});
const head = '// SPDX-License-Identifier: MIT\n// Written by scripts/exports.mjs: do not edit.\n';
await settle('src/index.js', `${head}${lines.join('\n')}\n`, {
  check,
  mend: 'node scripts/exports.mjs',
});
