// SPDX-License-Identifier: MIT

const writers = {
  map: (entries) => [
    'new Map([',
    ...Object.entries(entries).map(([key, value]) => `  [${string(key)}, ${string(value)}],`),
    '])',
  ],
  list: (entries) => ['[', ...entries.map((entry) => `  ${string(entry)},`), ']'],
  ranges: (entries) => [
    '[',
    ...entries.map(({ from, to, what }) => `  [0x${from}, 0x${to}], // ${what}`),
    ']',
  ],
};

/**
 * The module `src/tables/NAME.js` for the data in `data/NAME.json`.
 *
 * @param {string} name
 * @param {{ kind: 'map' | 'list' | 'ranges', about: string, entries: unknown }} data
 * @returns {string}
 */
export function tableModule(name, { kind, about, entries }) {
  const write = writers[kind];
  if (write === undefined) throw new TypeError(`data/${name}.json: no such kind: ${kind}`);
  return [
    '// SPDX-License-Identifier: MIT',
    `// Generated from data/${name}.json by scripts/generate.mjs: do not edit.`,
    '',
    `/** ${about} */`,
    `export const ${name} = ${write(entries).join('\n')};`,
    '',
  ].join('\n');
}

/** Sorts the entries of a list or map by UTF-16 code units and drops what is there twice. */
export function sortEntries({ kind, about, entries }) {
  if (kind === 'list') return { kind, about, entries: [...new Set(entries)].sort() };
  if (kind !== 'map') throw new TypeError('ranges stand in the order of their code points');
  const pairs = Object.entries(entries).sort(([a], [b]) => (a < b ? -1 : 1));
  return { kind, about, entries: Object.fromEntries(pairs) };
}

function string(text) {
  return `'${text.replaceAll(/['\\]/g, '\\$&')}'`;
}
