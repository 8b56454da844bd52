// SPDX-License-Identifier: MIT
import { tokens } from './tokens.mjs';

/**
 * The house layout of a JavaScript file: LF, two blanks for a tab of indentation, nothing behind
 * the last character of a line, one empty line at most, one line break at the end. What stands in
 * template literals is content and left alone.
 *
 * @param {string} source
 * @returns {string}
 */
export function layOut(source) {
  let result = '';
  for (const { kind, text } of tokens(source.replaceAll(/\r\n?/g, '\n'))) {
    if (kind === 'space') result += blanks(text, result === '' || result.endsWith('\n'));
    else if (kind === 'comment') result += text.replaceAll(/[^\S\n]+$/gm, '');
    else result += text;
  }
  return `${result.trim()}\n`;
}

function blanks(text, atLineStart) {
  const lines = text.split('\n');
  if (lines.length === 1 && !atLineStart) return text;
  const indentation = lines.at(-1).replaceAll('\t', '  ');
  return '\n'.repeat(Math.min(lines.length - 1, 2)) + indentation;
}
