// SPDX-License-Identifier: MIT

/**
 * Reads comma-separated values as RFC 4180 has them: quoted fields may hold delimiters, line
 * breaks and doubled quotes. With `header` the first row names the fields and objects come back.
 * What cannot be read is a SyntaxError that names the line.
 *
 * @param {string} text
 * @param {{ delimiter?: string, header?: boolean }} [options]
 * @returns {string[][] | Record<string, string>[]}
 */
export function parseCsv(text, { delimiter = ',', header = false } = {}) {
  const rows = readRows(text, delimiter);
  if (!header) return rows;
  const [names = [], ...records] = rows;
  return records.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i] ?? ''])));
}

/**
 * Writes rows as comma-separated values. A field is quoted only where a reader needs it: around
 * delimiters, quotes, line breaks, and blanks at either end.
 *
 * @param {readonly (readonly unknown[])[]} rows
 * @param {{ delimiter?: string, newline?: string }} [options]
 * @returns {string}
 */
export function stringifyCsv(rows, { delimiter = ',', newline = '\n' } = {}) {
  const line = (row) => row.map((field) => quote(field, delimiter)).join(delimiter);
  return rows.map((row) => line(row) + newline).join('');
}

function readRows(text, delimiter) {
  const rows = [];
  let row = [];
  let at = 0;
  let line = 1;
  while (at < text.length) {
    const field = text[at] === '"' ? quoted(text, at, line) : bare(text, at, delimiter);
    row.push(field.value);
    line += field.lines;
    at = field.end;
    if (text.startsWith(delimiter, at)) {
      at += delimiter.length;
      // A delimiter at the very end still opens one more, empty, field.
      if (at < text.length) continue;
      row.push('');
    } else if (at < text.length && !/[\r\n]/.test(text[at])) {
      throw new SyntaxError(`line ${line}: text after a closing quote`);
    }
    at += text.startsWith('\r\n', at) ? 2 : 1;
    line += 1;
    rows.push(row);
    row = [];
  }
  return rows;
}

function quoted(text, start, line) {
  let value = '';
  let at = start + 1;
  for (;;) {
    const end = text.indexOf('"', at);
    if (end < 0) throw new SyntaxError(`line ${line}: a quoted field is not closed`);
    value += text.slice(at, end);
    if (text[end + 1] !== '"') return { value, end: end + 1, lines: value.split('\n').length - 1 };
    value += '"';
    at = end + 2;
  }
}

function bare(text, start, delimiter) {
  let end = start;
  while (end < text.length && !text.startsWith(delimiter, end) && !/[\r\n]/.test(text[end])) {
    end += 1;
  }
  return { value: text.slice(start, end), end, lines: 0 };
}

function quote(field, delimiter) {
  const text = String(field ?? '');
  const needed = text.includes(delimiter) || /["\r\n]|^\s|\s$/.test(text);
  return needed ? `"${text.replaceAll('"', '""')}"` : text;
}
