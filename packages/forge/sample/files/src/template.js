// SPDX-License-Identifier: MIT
import { escapeHtml } from './escape.js';

const tag = /\{\{\s*([#/]?)\s*([\w.]+)\s*\}\}/g;

/**
 * Fills `{{name}}` and `{{user.name}}` in a template. `{{#items}}...{{/items}}` repeats its inside
 * for each item of a list (`{{.}}` is the item), or shows it once for any other true value.
 * An unknown name is an error, since an empty hole in a letter is worse than none at all.
 *
 * @param {string} template
 * @param {Record<string, unknown>} values
 * @param {{ html?: boolean }} [options] `html` escapes what is filled in
 * @returns {string}
 */
export function render(template, values, { html = false } = {}) {
  const escape = html ? escapeHtml : (text) => text;
  return write(parse(template), [values], escape);
}

function parse(template) {
  const root = { name: null, parts: [] };
  const open = [root];
  let end = 0;
  for (const match of template.matchAll(tag)) {
    const [text, mark, name] = match;
    const section = open.at(-1);
    section.parts.push(template.slice(end, match.index));
    end = match.index + text.length;
    if (mark === '#') {
      const inner = { name, parts: [] };
      section.parts.push(inner);
      open.push(inner);
    } else if (mark === '/') {
      if (section.name !== name) throw new SyntaxError(`{{/${name}}} closes nothing`);
      open.pop();
    } else {
      section.parts.push({ name });
    }
  }
  if (open.length > 1) throw new SyntaxError(`{{#${open.at(-1).name}}} is not closed`);
  root.parts.push(template.slice(end));
  return root;
}

function write(section, scopes, escape) {
  return section.parts
    .map((part) => {
      if (typeof part === 'string') return part;
      const value = lookUp(part.name, scopes);
      if (part.parts === undefined) return escape(String(value));
      const items = Array.isArray(value) ? value : value ? [value] : [];
      return items.map((item) => write(part, [item, ...scopes], escape)).join('');
    })
    .join('');
}

/** Own properties only: a template never reaches a prototype. */
function lookUp(name, scopes) {
  if (name === '.') return scopes[0];
  const [first, ...rest] = name.split('.');
  const scope = scopes.find((candidate) => has(candidate, first));
  if (scope === undefined) throw new ReferenceError(`no value for {{${name}}}`);
  return rest.reduce((value, key) => {
    if (!has(value, key)) throw new ReferenceError(`no value for {{${name}}}`);
    return value[key];
  }, scope[first]);
}

function has(value, key) {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key);
}
