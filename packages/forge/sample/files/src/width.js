// SPDX-License-Identifier: MIT
import { wide } from './tables/wide.js';

/**
 * Columns that a text takes in a terminal: two for East Asian wide characters and emoji, none for
 * combining marks and control characters, one for everything else. (Unicode Standard Annex 11.)
 *
 * @param {string} text
 * @returns {number}
 */
export function displayWidth(text) {
  let columns = 0;
  for (const character of text) columns += widthOf(character);
  return columns;
}

/**
 * Pads a text with blanks to a number of columns; a longer text comes back as it is.
 *
 * @param {string} text
 * @param {number} columns
 * @param {'left' | 'right' | 'center'} [align]
 * @returns {string}
 */
export function padColumns(text, columns, align = 'left') {
  const missing = Math.max(0, columns - displayWidth(text));
  const before = { left: 0, right: missing, center: Math.floor(missing / 2) }[align];
  if (before === undefined) throw new TypeError(`no such alignment: ${align}`);
  return ' '.repeat(before) + text + ' '.repeat(missing - before);
}

function widthOf(character) {
  const code = character.codePointAt(0);
  if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return 0;
  if (code < 0x300) return 1;
  if (/[\p{M}\p{Cf}]/u.test(character)) return 0;
  return isWide(code) ? 2 : 1;
}

/** Binary search in the table of ranges, which is sorted and does not overlap. */
function isWide(code) {
  let low = 0;
  let high = wide.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const [first, last] = wide[middle];
    if (code < first) high = middle - 1;
    else if (code > last) low = middle + 1;
    else return true;
  }
  return false;
}
