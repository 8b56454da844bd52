// SPDX-License-Identifier: MIT
import { displayWidth } from './width.js';

/**
 * Breaks lines at blanks so that none is wider than `columns`. Empty lines part paragraphs and are
 * kept; a word wider than the line stands alone rather than being cut.
 *
 * @param {string} text
 * @param {{ columns?: number, indent?: string }} [options] `indent` begins every line and counts
 *   towards its width.
 * @returns {string}
 */
export function wrap(text, { columns = 80, indent = '' } = {}) {
  const room = columns - displayWidth(indent);
  if (room < 1) throw new RangeError('the indent leaves no room for text');
  return text
    .split(/\n[^\S\n]*\n+/)
    .map((paragraph) =>
      fill(paragraph, room)
        .map((line) => indent + line)
        .join('\n'),
    )
    .join('\n\n');
}

/**
 * Cuts a text to a number of columns and ends it with an ellipsis where something was cut.
 *
 * @param {string} text
 * @param {number} columns
 * @param {string} [ellipsis]
 * @returns {string}
 */
export function truncate(text, columns, ellipsis = '…') {
  if (displayWidth(text) <= columns) return text;
  const room = columns - displayWidth(ellipsis);
  if (room < 0) throw new RangeError('the ellipsis is wider than the room');
  let kept = '';
  for (const character of text) {
    if (displayWidth(kept + character) > room) break;
    kept += character;
  }
  return kept.trimEnd() + ellipsis;
}

function fill(paragraph, room) {
  const lines = [];
  let line = '';
  for (const word of paragraph.split(/\s+/).filter(Boolean)) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && displayWidth(longer) > room) {
      lines.push(line);
      line = word;
    } else {
      line = longer;
    }
  }
  return line === '' ? lines : [...lines, line];
}
