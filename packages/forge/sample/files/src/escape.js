// SPDX-License-Identifier: MIT
import { entities } from './tables/entities.js';

const special = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/**
 * Makes a text safe inside HTML elements and quoted attributes.
 *
 * @param {string} text
 * @returns {string}
 */
export function escapeHtml(text) {
  return text.replaceAll(/[&<>"']/g, (character) => special[character]);
}

/**
 * Turns HTML character references back into characters: decimal, hexadecimal, and the named ones
 * of the table. What is no reference stays as it is; one outside of Unicode becomes U+FFFD.
 *
 * @param {string} text
 * @returns {string}
 */
export function unescapeHtml(text) {
  return text.replaceAll(/&(?:#[xX]([\da-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (name !== undefined) return entities.get(name) ?? whole;
    return character(hex === undefined ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

/**
 * Escapes a text so that a regular expression finds it literally.
 *
 * @param {string} text
 * @returns {string}
 */
export function escapeRegExp(text) {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}

function character(code) {
  const valid = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
  return valid ? String.fromCodePoint(code) : '\ufffd';
}
