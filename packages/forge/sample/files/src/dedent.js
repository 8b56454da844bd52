// SPDX-License-Identifier: MIT

/**
 * Takes off the indentation that all lines share, and an empty first and last line, so that a
 * template literal can be indented like the code around it. Lines of blanks only do not count.
 *
 * @param {string} text
 * @returns {string}
 */
export function dedent(text) {
  const lines = text
    .replace(/^[^\S\n]*\n/, '')
    .replace(/\n[^\S\n]*$/, '')
    .split('\n');
  const margins = lines.filter((line) => line.trim() !== '').map((line) => /^[ \t]*/.exec(line)[0]);
  const margin = margins.length === 0 ? '' : margins.reduce(sharedStart);
  return lines.map((line) => (line.trim() === '' ? '' : line.slice(margin.length))).join('\n');
}

/**
 * Puts a prefix before every line that is not empty.
 *
 * @param {string} text
 * @param {string} [prefix]
 * @returns {string}
 */
export function indent(text, prefix = '  ') {
  return text.replaceAll(/^(?=.*\S)/gm, prefix);
}

function sharedStart(a, b) {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length += 1;
  return a.slice(0, length);
}
