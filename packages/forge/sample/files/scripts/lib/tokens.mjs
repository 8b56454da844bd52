// SPDX-License-Identifier: MIT

const rules = [
  ['comment', /\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ['string', /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y],
  ['name', /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy],
  ['number', /\d[\w.]*/y],
  ['space', /\s+/y],
];
const templatePiece = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(?:`|\$\{)/y;
const regex = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;

/** After these words a slash begins a regular expression; after any other name it divides. */
const operators = new Set(['return', 'typeof', 'case', 'in', 'of', 'void', 'throw', 'yield']);

/**
 * Cuts JavaScript into tokens which, put together, are the source again. It knows just enough to
 * tell code from strings, comments, regular expressions and the text of template literals.
 *
 * @param {string} source
 * @returns {Generator<{ kind: 'comment' | 'string' | 'name' | 'number' | 'space' | 'template'
 *   | 'regex' | 'punctuation', text: string }>}
 */
export function* tokens(source) {
  // Braces open inside of each `${` that is not closed yet.
  const braces = [];
  let divides = false;
  let at = 0;
  while (at < source.length) {
    const token = next(source, at, divides, braces);
    at += token.text.length;
    if (token.kind !== 'space' && token.kind !== 'comment') divides = endsValue(token);
    yield token;
  }
}

function next(source, at, divides, braces) {
  const character = source[at];
  if (character === '`' || (character === '}' && braces.at(-1) === 0)) {
    return template(source, at, braces);
  }
  for (const [kind, rule] of rules) {
    const text = match(rule, source, at);
    if (text !== null) return { kind, text };
  }
  const literal = character === '/' && !divides ? match(regex, source, at) : null;
  if (literal !== null) return { kind: 'regex', text: literal };
  if (braces.length > 0 && character === '{') braces[braces.length - 1] += 1;
  if (braces.length > 0 && character === '}') braces[braces.length - 1] -= 1;
  return { kind: 'punctuation', text: character };
}

function template(source, at, braces) {
  if (source[at] === '}') braces.pop();
  const rest = match(templatePiece, source, at + 1) ?? source.slice(at + 1);
  if (rest.endsWith('${')) braces.push(0);
  return { kind: 'template', text: source[at] + rest };
}

function endsValue({ kind, text }) {
  if (kind === 'punctuation') return text === ')' || text === ']' || text === '}';
  if (kind === 'template') return text.endsWith('`');
  return !(kind === 'name' && operators.has(text));
}

function match(rule, source, at) {
  rule.lastIndex = at;
  return rule.exec(source)?.[0] ?? null;
}
