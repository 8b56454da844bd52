// SPDX-License-Identifier: MIT
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

const exported = /(?:\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\n)?^export function (\w+)\(([^\n]*?)\) \{$/gm;

/**
 * The modules of `src` with the functions that they export, both by name. `summary` is the first
 * sentence of a function's comment, `parameters` the names as a caller sees them.
 *
 * @param {string} root folder of the repository
 */
export async function readModules(root) {
  const folder = join(root, 'src');
  const files = (await readdir(folder)).filter((f) => f.endsWith('.js') && f !== 'index.js').sort();
  return Promise.all(
    files.map(async (file) => {
      const source = await readFile(join(folder, file), 'utf8');
      return { name: basename(file, '.js'), functions: functionsOf(source) };
    }),
  );
}

export function functionsOf(source) {
  return [...source.matchAll(exported)].map(([, comment = '', name, parameters]) => ({
    name,
    parameters: callersView(parameters),
    summary: firstSentence(comment),
  }));
}

/** `text, { columns = 80 } = {}` is for a caller `text, options`. */
function callersView(parameters) {
  return parameters
    .replaceAll(/\{[^}]*\}(?: = \{\})?/g, 'options')
    .replaceAll(/ = [^,]+/g, '')
    .split(', ')
    .filter((name) => name !== '')
    .join(', ');
}

function firstSentence(comment) {
  const [text] = comment
    .replaceAll(/^\s*\* ?/gm, '')
    .trim()
    .split(/\n\s*\n|\n@/);
  const line = text.replaceAll(/\s+/g, ' ');
  return /^.*?\.(?=\s|$)/.exec(line)?.[0] ?? line;
}
