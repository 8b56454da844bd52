/** Where GitHub reads the words of a paragraph otherwise than markdown-it does. */
import type { MarkdownIt, StateInline } from 'markdown-it';
import { isEndMissed } from './code-marks.ts';
import { readPlacesAsGitHub } from './github-places.ts';
import { marks } from './marks.ts';

export function readInlineAsGitHub(markdown: MarkdownIt): void {
  const { ruler } = markdown.inline;
  ruler.before('backticks', 'odd-marks', cutAtOddMarks);
  ruler.before('html_inline', 'ends', lookForEnd);
  // What was escaped is told from what was not, until the words are done.
  markdown.core.ruler.disable('text_join');
  readPlacesAsGitHub(markdown);
}

/** GitHub takes no longer ones for marks of code. */
const longMarks = /`{81,}/y;
const addressCharsMax = 500;

function cutAtOddMarks(state: StateInline, silent: boolean): boolean {
  const { src, pos } = state;
  if (src[pos] !== '`') return false;
  longMarks.lastIndex = pos;
  if (!longMarks.test(src) && !isInAddress(src, pos) && !isEndMissed(state)) return false;
  if (!silent) state.pending += marks.cut;
  state.pos = state.posMax;
  return true;
}

/** Which words are an address to GitHub is not asked here, but that such marks would be part of it. */
function isInAddress(src: string, pos: number): boolean {
  let from = pos;
  while (from > pos - addressCharsMax && from > 0 && !/[\s<]/.test(src[from - 1] ?? '')) from -= 1;
  return /:\/\/|www\./i.test(src.slice(from, pos));
}

const ends: readonly (readonly [string, string])[] = [
  ['<!--', '-->'],
  ['<![CDATA[', ']]>'],
  ['<?', '?>'],
  ['<!', '>'],
];
const lastEnds = new WeakMap<StateInline, Map<string, number>>();

/** Once one of them has no end, markdown-it looks for that of no other. */
function lookForEnd(state: StateInline): boolean {
  const end = ends.find(([start]) => state.src.startsWith(start, state.pos))?.[1];
  if (end === undefined) return false;
  const known = lastEnds.get(state) ?? new Map<string, number>();
  lastEnds.set(state, known);
  const last = known.get(end) ?? state.src.lastIndexOf(end);
  known.set(end, last);
  state.skipHtmlSpecial = last < state.pos;
  return false;
}
