/** Lines that stand too far in to begin anything: to GitHub they go on with the words above, to markdown-it not always. */
import type { MarkdownIt, StateBlock } from 'markdown-it';
import { indentOfCode, type Rule } from './block-rules.ts';

export function keepLazyLines(markdown: MarkdownIt): void {
  const { ruler } = markdown.block;
  const rulesOf = ruler.getRules.bind(ruler);
  // In the order of markdown-it, before any rule of ours.
  const [, , , quote, , list] = rulesOf('');
  if (quote === undefined || list === undefined) throw new Error('markdown-it has other rules');
  const alt = ['paragraph', 'reference', 'blockquote'];
  ruler.at('list', withIndent(list), { alt });
  ruler.at('blockquote', withoutDeepMarks(quote), { alt: [...alt, 'list'] });
  // What can end a paragraph, or a quote.
  ruler.getRules = (name) => {
    const rules = rulesOf(name);
    if (!alt.includes(name)) return rules;
    return [
      (state, line, ...of) =>
        !isTooFarIn(state, line) && rules.some((rule) => rule(state, line, ...of)),
    ];
  };
}

/** How far in the blocks stand that are around the one that is read. In a quote they begin at 0 again. */
const indentsOf = new WeakMap<StateBlock, number[]>();

/** For a rule whose block has others in it that stand further in. */
export function withIndent(rule: Rule): Rule {
  return (state, line, end, silent) => {
    const indents = indentsOf.get(state) ?? [];
    indentsOf.set(state, indents);
    indents.push(state.blkIndent);
    const isOne = rule(state, line, end, silent);
    indents.pop();
    return isOne;
  };
}

/** Of a line that is in none of the innermost blocks it counts how far in it stands in the one that it is in. */
function isTooFarIn(state: StateBlock, line: number): boolean {
  const inset = state.sCount[line] ?? 0;
  // Of a quote around, it is known already that the line goes on with the words.
  if (inset < 0) return true;
  if (inset >= state.blkIndent) return false;
  const outer = indentsOf.get(state)?.findLast((indent) => indent <= inset);
  return outer !== undefined && inset - outer >= indentOfCode;
}

/** A mark that stands so far in goes on with no quote. */
function withoutDeepMarks(quote: Rule): Rule {
  return (state, first, end, silent) => {
    if (silent || !isMarked(state, first)) return quote(state, first, end, silent);
    const deep: number[] = [];
    for (let line = first + 1; line < end && !state.isEmpty(line); line += 1) {
      const inset = (state.sCount[line] ?? 0) - state.blkIndent;
      if (inset >= indentOfCode && isMarked(state, line) && (state.tShift[line] ?? 0) > 0)
        deep.push(line);
    }
    // The blank before it is what the rule sees of such a line.
    shift(state, deep, -1);
    const isOne = quote(state, first, end, silent);
    shift(state, deep, 1);
    return isOne;
  };
}

function isMarked({ src, bMarks, tShift }: StateBlock, line: number): boolean {
  return src[(bMarks[line] ?? 0) + (tShift[line] ?? 0)] === '>';
}

function shift({ tShift }: StateBlock, lines: readonly number[], by: number): void {
  for (const line of lines) tShift[line] = (tShift[line] ?? 0) + by;
}
