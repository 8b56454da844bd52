/**
 * The words of an issue as a model may read them: what a person sees on the page, without the places
 * where markdown and HTML hide words from people: alternative texts, titles of links, definitions of
 * references, attributes, what stands behind a fence of code, formulas and diagrams that are drawn. It does so within code too, since a reader
 * and a parser need not agree on where code begins; rather a word too few than one that nobody saw.
 *
 * Everything here takes time in proportion to the text, whatever the text.
 */
import { withoutFormulas } from './formulas.ts';
import { visibleText } from './issue.ts';
import { withoutDefinitions } from './definitions.ts';
import { margin } from './margin.ts';
import { withoutPictures } from './pictures.ts';
import { withoutFarWords, withoutUnseenElements, withoutUnseenReferences } from './unseen.ts';

export function plainText(text: string): string {
  const steps = [
    withoutUnseenReferences,
    withoutPictures,
    withoutFormulas,
    withoutFenceWords,
    withoutDefinitions,
    withoutUnseenElements,
    withoutTags,
    withoutImages,
    withoutTitles,
    withoutFarWords,
  ];
  return steps.reduce((rest, step) => step(rest), visibleText(text));
}

/** The word behind a fence names a language to the page and to nobody else. */
function withoutFenceWords(text: string): string {
  const fence = new RegExp(`^(${margin}(?:\`{3,}(?=[^\`\\n]*$)|~{3,}))[^\\n]*$`, 'gm');
  return text.replaceAll(fence, '$1');
}

const tag =
  /<!\[CDATA\[[^]*?(?:\]\]>|$)|<\?[^]*?(?:\?>|$)|<![A-Za-z][^>]*>|<\/?[A-Za-z](?:[^"'<>]|"[^"]*"|'[^']*')*>/g;

function withoutTags(text: string): string {
  const rest = text.replaceAll(tag, '');
  for (const { index } of rest.matchAll(new RegExp(`^${margin}</?[A-Za-z]`, 'gm'))) {
    // To the page such a line is HTML, and a reader of HTML looks for the end of the value for ever.
    if (hasOpenValue(rest, rest.indexOf('<', index))) return rest.slice(0, index);
  }
  return rest;
}

/** Whether the tag that begins here holds a quote that nothing closes. */
function hasOpenValue(text: string, start: number): boolean {
  for (let at = start + 1; at < text.length; at += 1) {
    const one = text[at];
    if (one === '<' || one === '>') return false;
    if (one !== '"' && one !== "'") continue;
    at = text.indexOf(one, at + 1);
    if (at === -1) return true;
  }
  return false;
}

/** `![alternative](place "title")`, `![alternative][reference]`, `![alternative]`. */
function withoutImages(text: string): string {
  const pairs = bracketPairs(text);
  let rest = '';
  let at = 0;
  for (let start = text.indexOf('!['); start !== -1; start = text.indexOf('![', start + 1)) {
    const close = pairs.get(start + 1);
    if (start < at || close === undefined) continue;
    const reference = text[close + 1] === '[' ? pairs.get(close + 1) : undefined;
    rest += `${text.slice(at, start)}[image]`;
    at = endOfPlace(text, close + 1)?.end ?? (reference ?? close) + 1;
  }
  return rest + text.slice(at);
}

/** `[words](place "title")`; of what is no link to the page, what stands behind the place. */
function withoutTitles(text: string): string {
  let rest = '';
  let at = 0;
  for (let start = text.indexOf('](', at); start !== -1; start = text.indexOf('](', at)) {
    const place = endOfPlace(text, start + 1);
    rest += `${text.slice(at, start)}](${place?.address ?? ''}`;
    at = place === undefined ? start + 2 : place.end;
    if (place !== undefined) rest += ')';
  }
  return rest + text.slice(at);
}

const opening = /\(\s*(<[^<>\n]*>|[^\s<"'][^\s]{0,2047})?/y;
const title = /\s+(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\((?:[^()\\]|\\[^])*\))\s*\)/y;

/** Of `(place "title")` at this index; undefined: there is none. */
function endOfPlace(text: string, at: number): { address: string; end: number } | undefined {
  opening.lastIndex = at;
  const [whole, word = ''] = opening.exec(text) ?? [];
  if (whole === undefined) return undefined;
  const address = word.startsWith('<') ? word : balanced(word);
  const end = at + whole.length - (word.length - address.length);
  title.lastIndex = end;
  const titled = title.exec(text)?.[0];
  if (titled !== undefined) return { address, end: end + titled.length };
  const close = text.indexOf(')', end);
  if (close === -1) return undefined;
  // It is no link then, but what a sloppier reader takes for one.
  return /\n[ \t]*\n/.test(text.slice(end, Math.min(close, end + 2_000)))
    ? undefined
    : { address, end: close + 1 };
}

/** As much of a word as stands before a parenthesis that was not opened in it. */
function balanced(word: string): string {
  let depth = 0;
  for (let at = 0; at < word.length; at += 1) {
    if (word[at] === '\\') at += 1;
    else if (word[at] === '(') depth += 1;
    else if (word[at] === ')') depth -= 1;
    if (depth < 0) return word.slice(0, at);
  }
  return word;
}

/** From each opening bracket to the one that closes it. */
function bracketPairs(text: string): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '[') open.push(at);
    else if (text[at] === ']') {
      const start = open.pop();
      if (start !== undefined) pairs.set(start, at);
    }
  }
  return pairs;
}
