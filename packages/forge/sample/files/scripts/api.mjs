// SPDX-License-Identifier: MIT
// node scripts/api.mjs [--check]    Writes the API section of README.md from the comments in src.
import { readModules } from './lib/modules.mjs';
import { fail, readArguments, readText, root, settle } from './lib/target.mjs';

const section = /(?<=<!-- api:start -->\n)[\s\S]*(?=<!-- api:end -->)/;

const { check } = readArguments();
const readme = await readText('README.md');
if (!section.test(readme)) fail('README.md: no lines <!-- api:start --> and <!-- api:end -->');
const api = (await readModules(root)).map(describe).join('\n');
await settle(
  'README.md',
  readme.replace(section, () => api),
  { check, mend: 'node scripts/api.mjs' },
);

function describe({ name, functions }) {
  const lines = functions.map((f) => `- \`${f.name}(${f.parameters})\`: ${f.summary}`);
  return `### ${name}\n\n${lines.join('\n')}\n`;
}
