/** Where GitHub reads blocks of markdown otherwise than markdown-it does. */
import type { MarkdownIt, StateBlock } from 'markdown-it';
import { cutAt, indentOfCode, insetOf, lineOf, type Silent, startOf } from './block-rules.ts';
import { readDefinitionsAsGitHub } from './github-definitions.ts';
import { readTablesAsGitHub } from './github-tables.ts';
import { keepLazyLines } from './lazy-lines.ts';
import { isDisputed, isHarmlessAt, isLoneTag } from './odd-html.ts';

/** A short text can ask for a look at each of its lines for each of its lines. */
export class TooMuch extends Error {}

/** Deeper is read otherwise than the page reads it, without a word. A list is two levels. */
const levelsMax = 100;
const looksMax = 1_000_000;
const looks = new WeakMap<object, number>();

const everywhere = ['paragraph', 'reference', 'blockquote', 'list'];

export function readBlocksAsGitHub(markdown: MarkdownIt): void {
  const { ruler } = markdown.block;
  // In the order of markdown-it, before any rule of ours.
  const [table, , , , , , reference, , , , paragraph] = ruler.getRules('');
  if (table === undefined || reference === undefined || paragraph === undefined)
    throw new Error('markdown-it has other rules');
  keepLazyLines(markdown);
  markdown.set({ maxNesting: levelsMax });
  markdown.inline.ruler.before('text', 'depth', ({ level }) => boundedAt(level));
  ruler.before('code', 'depth', lookedAt, { alt: everywhere });
  ruler.before('html_block', 'disputed', cutAtDisputed, { alt: everywhere });
  ruler.before('html_block', 'tag-below-quote', isTagAlone, { alt: ['blockquote'] });
  ruler.before('html_block', 'tag-below-item', isTagBelow, { alt: ['paragraph', 'reference'] });
  readTablesAsGitHub(markdown, table);
  readDefinitionsAsGitHub(markdown, { reference, paragraph });
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

function cutAtDisputed(state: StateBlock, line: number, _: number, silent: Silent): boolean {
  if (insetOf(state, line) >= indentOfCode || !isDisputed(lineOf(state, line))) return false;
  return !isHarmlessAt(state.src, startOf(state, line)) && cutAt(state, line, silent);
}

/** Where words could go on without a mark of the quote, or another row stand. */
function isTagAlone(state: StateBlock, line: number, _: number, silent: Silent): boolean {
  return silent && insetOf(state, line) < indentOfCode && isLoneTag(lineOf(state, line));
}

function isTagBelow(state: StateBlock, line: number, end: number, silent: Silent): boolean {
  return insetOf(state, line) < 0 && isTagAlone(state, line, end, silent);
}
