// SPDX-License-Identifier: MIT
import { transliteration } from './tables/transliteration.js';

/**
 * Turns a title into the part of an address: lower case ASCII letters and digits, words joined by
 * `separator`. Accents are taken off by Unicode decomposition; letters that do not decompose
 * (such as ø or ж) come from a table. What neither knows ends a word.
 *
 * @param {string} text
 * @param {{ separator?: string, lengthMax?: number }} [options] `lengthMax` cuts at a word's end
 *   where it can.
 * @returns {string}
 */
export function slugify(text, { separator = '-', lengthMax = Infinity } = {}) {
  const ascii = [...text.toLowerCase().normalize('NFC')].map(toAscii).join('');
  const words = ascii.replaceAll(/['’]/g, '').match(/[a-z0-9]+/g) ?? [];
  let slug = '';
  for (const word of words) {
    const longer = slug === '' ? word : slug + separator + word;
    if (longer.length > lengthMax) break;
    slug = longer;
  }
  return slug === '' ? (words[0] ?? '').slice(0, lengthMax) : slug;
}

function toAscii(letter) {
  const known = transliteration.get(letter);
  if (known !== undefined) return known;
  const bare = letter.normalize('NFKD').replaceAll(/\p{M}/gu, '');
  return [...bare].map((part) => transliteration.get(part) ?? part).join('');
}
