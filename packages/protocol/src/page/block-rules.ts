/** What the rules of ours for blocks have in common. */
import type { MarkdownIt, StateBlock } from 'markdown-it';

export type Rule = ReturnType<MarkdownIt['block']['ruler']['getRules']>[number];
export type Silent = Parameters<Rule>[3];

/** As far in, a line begins nothing but code. */
export const indentOfCode = 4;

export function startOf({ bMarks, tShift }: StateBlock, line: number): number {
  return (bMarks[line] ?? 0) + (tShift[line] ?? 0);
}

export function lineOf(state: StateBlock, line: number): string {
  return state.src.slice(startOf(state, line), state.eMarks[line] ?? 0);
}

/** How far in it stands in the block around it; less than 0: it is not in that block. */
export function insetOf({ sCount, blkIndent }: StateBlock, line: number): number {
  return (sCount[line] ?? 0) - blkIndent;
}

/** Leaves out the rest of the page. */
export function cutAt(state: StateBlock, line: number, silent: Silent): true {
  if (!silent) {
    state.push('cut', '', 0);
    state.line = line + 1;
  }
  return true;
}
