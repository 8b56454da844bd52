// SPDX-License-Identifier: MIT
// Written by scripts/exports.mjs: do not edit.
export { camelCase, capitalize, kebabCase, snakeCase } from './casing.js';
export { parseCsv, stringifyCsv } from './csv.js';
export { closest, levenshtein } from './distance.js';
export { escapeHtml, escapeRegExp, unescapeHtml } from './escape.js';
export { parseIni, stringifyIni } from './ini.js';
export { compareVersions, nextVersion, parseVersion } from './semver.js';
export { slugify } from './slugify.js';
export { splitSentences, summarize } from './summary.js';
export { formatTable, markdownTable } from './table.js';
export { render } from './template.js';
export { displayWidth, padColumns } from './width.js';
export { countWords, isStopword, splitWords, topWords } from './words.js';
export { truncate, wrap } from './wrap.js';
