/**
 * The HTML that the page makes of a text: markdown as GitHub reads it, with the tags that stand in it. What of that is
 * seen, `words.ts` decides.
 */
import MarkdownIt, { type StateInline } from 'markdown-it';
import { cut } from './cut.ts';
import { leaveNotesOut } from './footnotes.ts';
import { readFormulas } from './math.ts';
import { oddAt } from './odd-html.ts';

interface Page {
  readonly html: string;
  /** Whether what follows is left out, since two readers of HTML could disagree on it. */
  readonly isCut: boolean;
}

/** Undefined: it is nested too deep to be sure of anything in it. */
export function pageOf(text: string): Page | undefined {
  const seen = { isTooDeep: false };
  const html = markdown.render(text.replaceAll(cut, ''), seen);
  if (seen.isTooDeep) return undefined;
  const end = html.indexOf(cut);
  return end === -1 ? { html, isCut: false } : { html: html.slice(0, end), isCut: true };
}

const levelsMax = 100;
// Addresses need not become links: their words are the same.
const markdown = new MarkdownIt('default', { html: true, linkify: false, maxNesting: levelsMax });
markdown.use(leaveNotesOut).use(readFormulas).disable('text_join');
// What is nested deeper is read otherwise than the page reads it, without a word. A list is two levels.
markdown.block.ruler.before('note', 'depth', noteDepth);
markdown.inline.ruler.before('text', 'depth', noteDepth);
markdown.inline.ruler.before('backticks', 'long-marks', endAtLongMarks);
markdown.inline.ruler.before('html_inline', 'ends', lookForEnd);

function noteDepth({ level, env }: { level: number; env: object }): boolean {
  if (level >= levelsMax - 2) Object.assign(env, { isTooDeep: true });
  return false;
}

/** GitHub takes no longer ones for marks of code. */
const longMarks = /`{81,}/y;

function endAtLongMarks(state: StateInline, silent: boolean): boolean {
  longMarks.lastIndex = state.pos;
  if (!longMarks.test(state.src)) return false;
  if (!silent) state.pending += cut;
  state.pos = longMarks.lastIndex;
  return true;
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

Object.assign(markdown.renderer.rules, {
  // What is told of it in words is not seen.
  image: () => '<img>',
  html_block: tagsAt,
  html_inline: tagsAt,
  text_special: (tokens: readonly { markup: string; content: string }[], at: number) => {
    const { markup = '', content = '' } = tokens[at] ?? {};
    // One that begins no formula does not afterwards either.
    return markup === '\\$' ? markup : markdown.utils.escapeHtml(content);
  },
});

function tagsAt(tokens: readonly { type: string; content: string }[], at: number): string {
  const { type = '', content: html = '' } = tokens[at] ?? {};
  const odd = type === 'html_block' && disputed.test(html) ? 0 : oddAt(html);
  const certain = odd === undefined ? html : html.slice(0, odd) + cut;
  return certain.replaceAll(shownAsWords, '&lt;');
}

/** Releases of CommonMark disagree where a block ends that begins so. */
const disputed = /^\s*<\/?(?:textarea|search|source)\b/i;

/** https://github.github.com/gfm/#disallowed-raw-html-extension- */
const shownAsWords =
  /<(?=\/?(?:title|textarea|style|xmp|iframe|noembed|noframes|script|plaintext)(?:[\s/>]|$))/gi;
