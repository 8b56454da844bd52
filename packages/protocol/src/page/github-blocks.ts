/** Where GitHub reads blocks of markdown otherwise than markdown-it does. */
import type { MarkdownIt, StateBlock } from 'markdown-it';
import { isLoneTag, isDisputed } from './odd-html.ts';

/** A short text can ask for a look at each of its lines for each of its lines. */
export class TooMuch extends Error {}

/** Deeper is read otherwise than the page reads it, without a word. A list is two levels. */
const levelsMax = 100;
const looksMax = 1_000_000;
const looks = new WeakMap<object, number>();

const everywhere = ['paragraph', 'reference', 'blockquote', 'list'];

export function readBlocksAsGitHub(markdown: MarkdownIt): void {
  const { ruler } = markdown.block;
  const [table] = ruler.getRules('');
  markdown.set({ maxNesting: levelsMax });
  markdown.inline.ruler.before('text', 'depth', ({ level }) => boundedAt(level));
  ruler.before('code', 'depth', lookedAt, { alt: everywhere });
  ruler.before('html_block', 'disputed', cutAtDisputed, { alt: everywhere });
  ruler.before('html_block', 'tag-below-quote', isTagAlone, { alt: ['blockquote'] });
  ruler.before('html_block', 'tag-below-item', isTagBelow, { alt: ['paragraph', 'reference'] });
  const alt = ['paragraph', 'reference'];
  ruler.before('reference', 'narrow-table', cutAtNarrowTable, { alt });
  // Whatever else a line can begin goes before a table.
  ruler.disable('table');
  if (table !== undefined) {
    const late: typeof table = (state, line, ...rest) =>
      !isUnderline(state, line + 1) && table(state, line, ...rest);
    ruler.before('lheading', 'late-table', late, { alt });
  }
}

function boundedAt(level: number): false {
  if (level >= levelsMax - 2) throw new TooMuch();
  return false;
}

function lookedAt({ level, env }: StateBlock): false {
  const count = (looks.get(env) ?? 0) + 1;
  looks.set(env, count);
  if (count > looksMax) throw new TooMuch();
  return boundedAt(level);
}

function lineOf({ src, bMarks, tShift, eMarks }: StateBlock, line: number): string {
  return src.slice((bMarks[line] ?? 0) + (tShift[line] ?? 0), eMarks[line] ?? 0);
}

function insetOf({ sCount, blkIndent }: StateBlock, line: number): number {
  return (sCount[line] ?? 0) - blkIndent;
}

function isUnderline(state: StateBlock, line: number): boolean {
  const inset = insetOf(state, line);
  return inset >= 0 && inset < 4 && /^(?:-+|=+)[ \t]*$/.test(lineOf(state, line));
}

type Silent = Parameters<ReturnType<MarkdownIt['block']['ruler']['getRules']>[number]>[3];

function cutAtDisputed(state: StateBlock, line: number, _: number, silent: Silent): boolean {
  return isDisputed(lineOf(state, line)) && cutAt(state, line, silent);
}

/** GitHub takes one whose head has no bar, which others take for words, and then leaves cells out. */
function cutAtNarrowTable(state: StateBlock, line: number, end: number, silent: Silent): boolean {
  if (line + 1 >= end || insetOf(state, line + 1) < 0) return false;
  const next = lineOf(state, line + 1);
  const isOne = /^\|?[ \t]*:?-+:?[ \t]*\|?[ \t]*$/.test(next) && /[|:]/.test(next);
  return isOne && !lineOf(state, line).includes('|') && cutAt(state, line, silent);
}

function cutAt(state: StateBlock, line: number, silent: Silent): true {
  if (!silent) {
    state.push('cut', '', 0);
    state.line = line + 1;
  }
  return true;
}

/** Where words could go on without a mark of the quote, or another row stand. */
function isTagAlone(state: StateBlock, line: number, _: number, silent: Silent): boolean {
  return silent && isLoneTag(lineOf(state, line));
}

function isTagBelow(state: StateBlock, line: number, end: number, silent: Silent): boolean {
  return insetOf(state, line) < 0 && isTagAlone(state, line, end, silent);
}
