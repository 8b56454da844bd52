/**
 * What the page shows between backticks: a `<` there begins no comment, tag or instruction, and everybody sees what
 * follows. Only where that is certain, on one line and with nothing before it in its paragraph that could make the page read
 * the backticks otherwise; everywhere else a `<` is what it seems.
 *
 * Takes time in proportion to the text, whatever the text.
 */
import { margin } from './margin.ts';

/** Stands for a `<` that is seen. No text has it: it is no character, and what has one loses it. */
const seen = '\uFDD0';

/** Reads the text as it was written: what is left of it once hidden words are gone says less about what the page reads. */
export function guardCode(text: string): string {
  const lines = text.replaceAll(/\r\n?/g, '\n').replaceAll(seen, '').split('\n');
  const endOfComment = commentsIn(lines);
  const guarded: string[] = [];
  let block: Block = 'clear';
  let isHtml = false;
  for (const [at, line] of lines.entries()) {
    if (isBlank(line)) isHtml = false;
    if (isBlank(line) && block === 'unsure') block = 'clear';
    if (htmlStart.test(line)) isHtml = true;
    if (isHtml && block === 'clear') block = 'unsure';
    const { text: rest, after }: Guarded =
      block === 'clear' ? guardLine(line) : { text: line, after: block };
    const opened = rest.lastIndexOf('<!--');
    if (opened !== -1 && !rest.includes('-->', opened) && !endOfComment(at, isHtml)) {
      return beforeTags([...guarded, rest.slice(0, opened)].join('\n'));
    }
    guarded.push(rest);
    block = after === 'unsure' && lasting.test(rest) ? 'unsure for good' : after;
  }
  return guarded.join('\n');
}

/** What is cut off may have begun in a tag, which would be words now. */
export function beforeTags(text: string): string {
  const from = Math.max(text.lastIndexOf('\n\n'), 0);
  const first = text.slice(from).search(/<[A-Za-z/!?]/);
  return first < 0 ? text : text.slice(0, from + first);
}

export function unguarded(text: string): string {
  return text.replaceAll(seen, '<');
}

/** `unsure`: up to a blank line backticks may be something else. */
type Block = 'clear' | 'unsure' | 'unsure for good';

const isBlank = (line: string) => /^[ \t]*$/.test(line);
/** Up to a blank line this is no markdown to the page, or may be none. */
const htmlStart = new RegExp(`^${margin}</?[A-Za-z](?!ttps?://)`);
/** No blank line ends these. */
const lasting = /<(?:(?:pre|script|style|textarea)\b|\?|!\[|![A-Za-z])/i;

/**
 * Whether the page sees the end of a comment that is open at the end of a line; asked for lines that only grow. A blank line ends
 * a block of HTML, and so does the end of a quote or an item: behind those the page shows the end of a comment as words, and
 * the comment itself goes on for ever.
 */
function commentsIn(lines: readonly string[]): (at: number, isHtml: boolean) => boolean {
  const nextEnd = nextIn(lines, (line) => line.includes('-->'));
  const nextBlank = nextIn(lines, isBlank);
  let within = -1;

  function isEnded(at: number, isHtml: boolean, end: number): boolean {
    const line = lines[at] ?? '';
    if (line.startsWith('<!--') && !line.includes('-->') && !isHtml) return true;
    if ((nextBlank[at] ?? end) < end) return false;
    const [inset = ''] = anyMargin.exec(line) ?? [];
    if (inset.trim() !== '') return false;
    return inset === '' || lines.slice(at + 1, end + 1).every((one) => one.startsWith(inset));
  }

  return (at, isHtml) => {
    if (at < within) return true;
    const end = nextEnd[at];
    if (end === undefined || !isEnded(at, isHtml, end)) return false;
    within = end;
    return true;
  };
}

const anyMargin = new RegExp(`^${margin}`);

/** Of each line, the first one below it that is such a one. */
function nextIn(lines: readonly string[], isOne: (line: string) => boolean) {
  const next: (number | undefined)[] = [];
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    next[at] = at + 1 < lines.length && isOne(lines[at + 1] ?? '') ? at + 1 : next[at + 1];
  }
  return next;
}

/** What decides where code begins; a place of a link without anything odd in it does not. */
const token =
  /\\[^]?|`+|-->|\$|\]\([^\s()`<>"'\\]*\)|\](?=[([])|<https?:\/\/[^\s<>"'`\\$[\]]*>|<(?![ \t=]|$)/g;
/** The page does not take much longer ones for code. */
const marksMax = 3;

interface Guarded {
  readonly text: string;
  readonly after: Block;
}

function guardLine(line: string): Guarded {
  let text = '';
  let at = 0;
  token.lastIndex = 0;
  for (let found = token.exec(line); found !== null; found = token.exec(line)) {
    const [mark] = found;
    if (mark.startsWith('](')) continue;
    if (mark.startsWith('<http')) {
      text += line.slice(at, found.index) + seen;
      at = found.index + 1;
      continue;
    }
    if (mark.startsWith('\\') && mark !== '\\`') continue;
    const from = found.index + mark.length;
    const end = mark.startsWith('`') && mark.length <= marksMax ? endOfCode(line, mark, from) : -1;
    const code = line.slice(from, end);
    // To a table such a bar ends a cell, and the code with it.
    if (end === -1 || code.includes('|')) return { text: text + line.slice(at), after: 'unsure' };
    text += line.slice(at, from) + code.replaceAll('<', seen);
    at = end;
    token.lastIndex = end + mark.length;
  }
  return { text: text + line.slice(at), after: 'clear' };
}

/** Where as many backticks stand, no more and no fewer. */
function endOfCode(line: string, mark: string, from: number): number {
  for (let at = line.indexOf(mark, from); at !== -1; ) {
    let end = at + mark.length;
    while (line[end] === '`') end += 1;
    if (end - at === mark.length) return at;
    at = line.indexOf(mark, end);
  }
  return -1;
}
