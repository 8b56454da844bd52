// SPDX-License-Identifier: MIT

/**
 * Joins words the way JavaScript names things: `parseHttpUrl`.
 *
 * @param {string} text
 * @returns {string}
 */
export function camelCase(text) {
  return parts(text)
    .map((part, index) => (index === 0 ? part : capitalize(part)))
    .join('');
}

/**
 * Joins words by hyphens: `parse-http-url`.
 *
 * @param {string} text
 * @returns {string}
 */
export function kebabCase(text) {
  return parts(text).join('-');
}

/**
 * Joins words by underscores: `parse_http_url`.
 *
 * @param {string} text
 * @returns {string}
 */
export function snakeCase(text) {
  return parts(text).join('_');
}

/**
 * Makes the first character of a text upper case and leaves the rest.
 *
 * @param {string} text
 * @returns {string}
 */
export function capitalize(text) {
  const [first = '', ...rest] = text;
  return first.toUpperCase() + rest.join('');
}

/** `parseHTTPUrl2` has the words parse, http, url2. */
function parts(text) {
  return text
    .replaceAll(/([\p{Ll}\p{N}])(\p{Lu})/gu, '$1 $2')
    .replaceAll(/(\p{Lu})(\p{Lu}\p{Ll})/gu, '$1 $2')
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '')
    .map((part) => part.toLowerCase());
}
