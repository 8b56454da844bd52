// SPDX-License-Identifier: MIT
import { tokens } from './tokens.mjs';

/**
 * Gives an identifier another name, properties included; strings, comments and the text of
 * template literals stay. Refuses where the new name is taken in the same file, since two things
 * would become one.
 *
 * @param {string} source
 * @param {string} from
 * @param {string} to
 * @returns {string}
 */
export function renameIn(source, from, to) {
  if (!hasName(source, from)) return source;
  if (hasName(source, to)) throw new Error(`${to} is in use there`);
  return [...tokens(source)]
    .map(({ kind, text }) => (kind === 'name' && text === from ? to : text))
    .join('');
}

/** Whether code, not text or comment, has this identifier. */
export function hasName(source, name) {
  for (const token of tokens(source)) if (token.kind === 'name' && token.text === name) return true;
  return false;
}
