/** Where GitHub sees a table, and markdown-it none, or the other way round. */
import type { MarkdownIt, StateBlock } from 'markdown-it';
import { cutAt, indentOfCode, insetOf, lineOf, type Rule, type Silent } from './block-rules.ts';

/** `table`: the rule of markdown-it. */
export function readTablesAsGitHub({ block: { ruler } }: MarkdownIt, table: Rule): void {
  const alt = ['paragraph', 'reference'];
  ruler.before('reference', 'narrow-table', cutAtNarrowTable, { alt });
  ruler.before('reference', 'lazy-head', cutAtLazyHead, { alt });
  // Whatever else a line can begin goes before a table.
  ruler.disable('table');
  const late: Rule = (state, line, ...of) =>
    !isUnderline(state, line + 1) && table(state, line, ...of);
  ruler.before('lheading', 'late-table', late, { alt });
}

function isUnderline(state: StateBlock, line: number): boolean {
  const inset = insetOf(state, line);
  return inset >= 0 && inset < indentOfCode && /^(?:-+|=+)[ \t]*$/.test(lineOf(state, line));
}

/** GitHub takes one whose head has no bar, which others take for words, and then leaves cells out. */
function cutAtNarrowTable(state: StateBlock, line: number, end: number, silent: Silent): boolean {
  if (line + 1 >= end || insetOf(state, line + 1) < 0) return false;
  const next = lineOf(state, line + 1);
  const isOne = /^\|?[ \t]*:?-+:?[ \t]*\|?[ \t]*$/.test(next) && /[|:]/.test(next);
  return isOne && !lineOf(state, line).includes('|') && cutAt(state, line, silent);
}

/** A table whose head has no mark of the quote around it, or stands far in, is one to GitHub. */
function cutAtLazyHead(state: StateBlock, line: number, _: number, silent: Silent): boolean {
  if (line === 0 || !isBars(lineOf(state, line))) return false;
  const isLazy = (state.sCount[line - 1] ?? 0) < 0 || insetOf(state, line - 1) >= indentOfCode;
  return isLazy && cutAt(state, line, silent);
}

/** Between the head of a table and its rows. */
export function isBars(line: string): boolean {
  return /[|:]/.test(line) && line.includes('-') && !/[^|:\- \t]/.test(line);
}
