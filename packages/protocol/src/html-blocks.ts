/**
 * Tags in blocks of HTML, which the page hands on as they are: there a browser decides where a tag ends, and it takes for one what
 * is none to markdown. Where the two would not agree, what follows is left out.
 *
 * Takes time in proportion to the text, whatever the text.
 */
import { beforeTags } from './code-spans.ts';
import { margin } from './margin.ts';

export function withoutOddTags(text: string): string {
  const lines = text.split('\n');
  const kept: string[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    const marks = fence.exec(line)?.[1];
    const isEnd = marks === undefined ? endOfBlock(line) : endOfFence(marks);
    if (isEnd === undefined) {
      kept.push(line);
      continue;
    }
    const from = at;
    if (marks !== undefined) at += 1;
    while (at + 1 < lines.length && !isEnd(lines[at] ?? '', lines[at + 1] ?? '')) at += 1;
    const block = lines.slice(from, at + 1).join('\n');
    const odd = marks === undefined ? oddTagIn(block) : undefined;
    if (odd?.at === 0 && !odd.isOpen && declared.test(block)) continue;
    kept.push(block.slice(0, odd?.at));
    // What begins in the lines below, such as a diagram, might be missed, or they are in a value that nothing ends.
    if (odd?.isOpen === true || block.includes('\n', odd?.at ?? block.length)) break;
  }
  return kept.join('\n');
}

const anyTag = /<\/?[A-Za-z](?:[^"'<>]|"[^"]*"|'[^']*')*>/g;

/**
 * What looks like a comment in a value of a tag is none, or the tag is none. Data and instructions end earlier for a browser, which
 * then sees another tag, or over lines begin where markdown sees something else. Nothing honest is written so.
 */
export function withoutOddRemarks(text: string): string {
  const odd = [
    [...text.matchAll(anyTag)].find(([whole]) => whole.includes('<!--')),
    [...text.matchAll(declaration)].find(([whole]) => whole.lastIndexOf('<') > 0),
    [...text.matchAll(data)].find(([whole]) => /^[^>]*>[^]*<|\n/.test(whole)),
  ].flatMap((found) => found?.index ?? []);
  return odd.length === 0 ? text : beforeTags(text.slice(0, Math.min(...odd)));
}

export const data = /<!\[CDATA\[[^]*?(?:\]\]>|$)|<\?[^]*?(?:\?>|$)/g;

const declaration = /<![A-Za-z][^>]*(?:>|$)/g;

/** What is left out of one later may be its end. */
export function withoutDeclarations(text: string): string {
  // Without an end it is words; it is matched all the same, so that its end is looked for only once.
  return text.replaceAll(declaration, (whole) => (whole.endsWith('>') ? '' : whole));
}

type IsEnd = (line: string, next: string) => boolean;

/** Surely one: nothing is around it. */
const fence = /^(`{3,}(?=[^`]*$)|~{3,})/;

function endOfFence(marks: string): IsEnd {
  const end = new RegExp(`^ {0,3}${marks}${marks[0] ?? ''}*[ \\t]*$`);
  return (line) => end.test(line);
}

const start = new RegExp(`^${margin}<(?:/?([A-Za-z]+)(?!ttps?://)|(!--)|(!\\[CDATA)|([!?]))`);
const declared = new RegExp(`^${margin}<!(?!--|\\[)`);
const lasting = /^(?:pre|script|style|textarea)$/i;

/** Undefined: no block of HTML begins on this line. */
function endOfBlock(line: string): IsEnd | undefined {
  const [whole, name, comment, data, other] = start.exec(line) ?? [];
  if (whole === undefined) return undefined;
  const end = comment === undefined ? (data ?? other) && (data === undefined ? '>' : ']]>') : '-->';
  if (end !== undefined) return (one) => one.includes(end);
  if (name === undefined || !lasting.test(name)) return (_, next) => /^[ \t]*$/.test(next);
  return (one) => one.toLowerCase().includes(`</${name.toLowerCase()}`);
}

interface Odd {
  readonly at: number;
  /** Nothing ends it for a browser. */
  readonly isOpen: boolean;
}

const opening = /<!--(?:-?>|[^]*?(?:--!?>|$))|<(\/?[A-Za-z][^\s/>]*)|<(?:[!?]|\/[^>])/g;
const wellFormed = /<\/?[A-Za-z](?:[^"'<>]|"[^"]*"|'[^']*')*>/y;

function oddTagIn(text: string): Odd | undefined {
  /** Of an odd kind. */
  let remark: number | undefined;
  let at = 0;
  for (const { 0: whole, 1: name, index } of text.matchAll(opening)) {
    if (index < at || whole.startsWith('<!--')) continue;
    if (name === undefined) {
      remark ??= index;
      const end = text.indexOf('>', index);
      if (end < 0) return { at: remark, isOpen: true };
      at = end + 1;
      continue;
    }
    at = endOfTag(text, index + whole.length);
    wellFormed.lastIndex = index;
    if (!wellFormed.test(text) || wellFormed.lastIndex !== at) {
      return { at: remark ?? index, isOpen: at < 0 || remark !== undefined };
    }
  }
  return remark === undefined ? undefined : { at: remark, isOpen: false };
}

const beforeName = /[\s/]*/y;
const attribute = /[^\s/>][^\s/=>]*\s*/y;
const value = /=\s*(?:"[^"]*("?)|'[^']*('?)|(?!>)[^\s>"'][^\s>]*|)/y;

/** Behind the name of a tag, as a browser reads on; 0: it does not end here; -1: in a value. */
function endOfTag(text: string, from: number): number {
  let at = from;
  for (;;) {
    at += lengthAt(beforeName, text, at);
    if (at >= text.length) return 0;
    if (text[at] === '>') return at + 1;
    at += lengthAt(attribute, text, at);
    value.lastIndex = at;
    const found = value.exec(text);
    if (found === null) continue;
    at += found[0].length;
    if (found[1] === '' || found[2] === '') return -1;
  }
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
