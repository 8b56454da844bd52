// SPDX-License-Identifier: MIT
// node scripts/format.mjs [--check] [FILE...]    Lays JavaScript files out as the house does.
import { layOut } from './lib/layout.mjs';
import { readArguments, readText, settle, sourceFiles } from './lib/target.mjs';

const { check, values } = readArguments();
for (const path of values.length > 0 ? values : await sourceFiles()) {
  const source = await readText(path);
  await settle(path, layOut(source), { check, mend: `node scripts/format.mjs ${path}` });
}
