// SPDX-License-Identifier: MIT
// node scripts/license.mjs [--check] [FILE...]    Puts the license line on top of source files.
import { readArguments, readText, settle, sourceFiles } from './lib/target.mjs';

const { license } = JSON.parse(await readText('package.json'));
const header = `// SPDX-License-Identifier: ${license}\n`;

const { check, values } = readArguments();
for (const path of values.length > 0 ? values : await sourceFiles()) {
  const source = await readText(path);
  const bare = source.replace(/^\/\/ SPDX-License-Identifier: .*\n+/, '');
  const gap = /^(?:import|\/\/)/.test(bare) ? '' : '\n';
  const wanted = source.startsWith(header) ? source : header + gap + bare;
  await settle(path, wanted, { check, mend: `node scripts/license.mjs ${path}` });
}
