/** Where GitHub reads blocks of markdown otherwise than markdown-it does. */
import type { MarkdownIt, StateBlock } from 'markdown-it';
import { isUnbalancedIn } from './github-places.ts';
import { keepLazyLines } from './lazy-lines.ts';
import { isDisputed, isHarmlessAt, isLoneTag } from './odd-html.ts';

/** A short text can ask for a look at each of its lines for each of its lines. */
export class TooMuch extends Error {}

/** Deeper is read otherwise than the page reads it, without a word. A list is two levels. */
const levelsMax = 100;
const looksMax = 1_000_000;
const looks = new WeakMap<object, number>();

const indentOfCode = 4;
const everywhere = ['paragraph', 'reference', 'blockquote', 'list'];

export function readBlocksAsGitHub(markdown: MarkdownIt): void {
  const { ruler } = markdown.block;
  // In the order of markdown-it, before any rule of ours.
  const [table, , , , , , reference, , , , paragraph] = ruler.getRules('');
  if (table === undefined || reference === undefined || paragraph === undefined)
    throw new Error('markdown-it has other rules');
  ruler.at('reference', withWordsBehind(withoutOddPlaces(reference), paragraph));
  keepLazyLines(markdown);
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
  const late: Rule = (state, line, ...of) =>
    !isUnderline(state, line + 1) && table(state, line, ...of);
  ruler.before('lheading', 'late-table', late, { alt });
  ruler.before('reference', 'task', cutAtOddTask, { alt });
  ruler.before('reference', 'lazy-head', cutAtLazyHead, { alt });
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

function lineOf(state: StateBlock, line: number): string {
  return state.src.slice(startOf(state, line), state.eMarks[line] ?? 0);
}

function insetOf({ sCount, blkIndent }: StateBlock, line: number): number {
  return (sCount[line] ?? 0) - blkIndent;
}

function isUnderline(state: StateBlock, line: number): boolean {
  const inset = insetOf(state, line);
  return inset >= 0 && inset < indentOfCode && /^(?:-+|=+)[ \t]*$/.test(lineOf(state, line));
}

type Rule = ReturnType<MarkdownIt['block']['ruler']['getRules']>[number];
type Silent = Parameters<Rule>[3];

function startOf({ bMarks, tShift }: StateBlock, line: number): number {
  return (bMarks[line] ?? 0) + (tShift[line] ?? 0);
}

function cutAtDisputed(state: StateBlock, line: number, _: number, silent: Silent): boolean {
  if (insetOf(state, line) >= indentOfCode || !isDisputed(lineOf(state, line))) return false;
  return !isHarmlessAt(state.src, startOf(state, line)) && cutAt(state, line, silent);
}

/** Some take the mark of a task away before they look for what a paragraph can begin with. */
function cutAtOddTask(state: StateBlock, line: number, end: number, silent: Silent): boolean {
  if (silent || state.blkIndent === 0) return false;
  const [mark] = /^\[[ xX]\][ \t]+(?=[[|])/.exec(lineOf(state, line)) ?? [];
  if (mark === undefined) return false;
  const from = startOf(state, line) + mark.length;
  const isTable = state.src[from] === '|' && line + 1 < end && isBars(lineOf(state, line + 1));
  return (isTable || isDefinitionAt(state.src, from)) && cutAt(state, line, silent);
}

function isBars(line: string): boolean {
  return /[|:]/.test(line) && line.includes('-') && !/[^|:\- \t]/.test(line);
}

const definition = /\[(?:\\[^]|[^\\[\]]){1,1000}\]:\s*(?:<[^\n]*>|[^\s<]\S*)[ \t]*(?:\n|$|["'(])/y;

function isDefinitionAt(text: string, at: number): boolean {
  definition.lastIndex = at;
  return definition.test(text);
}

/** Longer by one than the name of a place may be to others. */
const longName = /\[(?:\\[^]|[^\\[\]]){999,1000}\]:/y;

function withoutOddPlaces(reference: Rule): Rule {
  return (state, line, end, silent) => {
    if (!reference(state, line, end, silent)) {
      longName.lastIndex = startOf(state, line);
      return !silent && longName.test(state.src) && cutAt(state, line, silent);
    }
    const isOdd = isUnbalancedIn(
      state.src.slice(startOf(state, line), state.eMarks[state.line - 1]),
    );
    if (!silent && isOdd) state.push('cut', '', 0);
    return true;
  };
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
  return silent && insetOf(state, line) < indentOfCode && isLoneTag(lineOf(state, line));
}

function isTagBelow(state: StateBlock, line: number, end: number, silent: Silent): boolean {
  return insetOf(state, line) < 0 && isTagAlone(state, line, end, silent);
}

/** A table whose head has no mark of the quote around it, or stands far in, is one to GitHub. */
function cutAtLazyHead(state: StateBlock, line: number, _: number, silent: Silent): boolean {
  if (line === 0 || !isBars(lineOf(state, line))) return false;
  const isLazy = (state.sCount[line - 1] ?? 0) < 0 || insetOf(state, line - 1) >= indentOfCode;
  return isLazy && cutAt(state, line, silent);
}

/** What follows on a definition is of the same paragraph: no code, and no block of HTML that could end none. */
function withWordsBehind(reference: Rule, paragraph: Rule): Rule {
  return (state, first, end, silent) => {
    if (!reference(state, first, end, silent)) return false;
    const { line } = state;
    if (silent || line >= end || state.isEmpty(line)) return true;
    const isOther =
      insetOf(state, line) >= indentOfCode ||
      (insetOf(state, line) >= 0 && isLoneTag(lineOf(state, line)));
    const ends = state.md.block.ruler.getRules('paragraph');
    if (isOther && !ends.some((rule) => rule(state, line, end, true)))
      paragraph(state, line, end, false);
    return true;
  };
}
