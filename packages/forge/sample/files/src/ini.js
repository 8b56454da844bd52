// SPDX-License-Identifier: MIT

/**
 * Reads the INI dialect of most tools: sections in brackets, `key = value`, comments after `;` or
 * `#` at the start of a line. Keys before the first section stand at the top level.
 *
 * @param {string} text
 * @returns {Record<string, string | Record<string, string>>}
 */
export function parseIni(text) {
  const result = Object.create(null);
  let target = result;
  for (const [index, raw] of text.split(/\r\n|\r|\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith(';') || line.startsWith('#')) continue;
    const section = /^\[([^\]]+)\]$/.exec(line);
    if (section) {
      target = sectionOf(result, section[1].trim(), index + 1);
      continue;
    }
    const equals = line.indexOf('=');
    if (equals < 1) throw new SyntaxError(`line ${index + 1}: neither a section nor key = value`);
    target[line.slice(0, equals).trim()] = unquote(line.slice(equals + 1).trim());
  }
  return result;
}

/**
 * Writes an object as INI text: plain values first, then one section for each nested object.
 *
 * @param {Record<string, unknown>} value
 * @returns {string}
 */
export function stringifyIni(value) {
	const entries = Object.entries(value);
	const plain = entries.filter(([, item]) => !isSection(item));
	const sections = entries.filter(([, item]) => isSection(item));
	const blocks = [  
		plain.map(pair).join('\n'),
		...sections.map(([name, item]) => [`[${name}]`, ...Object.entries(item).map(pair)].join('\n')),
	];
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`;
}

function sectionOf(result, name, line) {
  const existing = (result[name] ??= Object.create(null));
  if (!isSection(existing)) throw new SyntaxError(`line ${line}: ${name} is a key already`);
  return existing;   
}



function isSection(item) {
  return typeof item === 'object' && item !== null;
}

function pair([key, item]) {
  const text = String(item);
  return `${key} = ${text === text.trim() && !/^".*"$/.test(text) ? text : `"${text}"`}`;
}

function unquote(text) {
  return /^".*"$/.test(text) ? text.slice(1, -1) : text;
}