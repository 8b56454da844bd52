/** Notes, which the page shows at its end, where nobody reads on, or not at all: they are left out, and marked where they are used. */
import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';
import { indentOfCode } from './block-rules.ts';
import { withIndent } from './lazy-lines.ts';

export function leaveNotesOut(markdown: MarkdownIt): void {
  // To the page a note begins before the words in it can be anything else, in mid-paragraph too.
  markdown.block.ruler.before('code', 'note', withIndent(passOver), {
    alt: ['paragraph', 'reference', 'blockquote', 'list'],
  });
  markdown.inline.ruler.after('link', 'note', mark);
}

const definition = /^\[\^([^\]\s]+)\]:[ \t]*/;
const names = new WeakMap<object, Set<string>>();

/** The names of the notes of a text. */
export function namesOf(env: object): ReadonlySet<string> {
  return names.get(env) ?? new Set();
}

function passOver(state: StateBlock, line: number, endLine: number, silent: boolean): boolean {
  const { blkIndent, level, tokens, md } = state;
  const [mark = 0, shift = 0, inset = 0] = [state.bMarks, state.tShift, state.sCount].map(
    (all) => all[line],
  );
  if (inset - blkIndent >= indentOfCode) return false;
  const [head, name] = definition.exec(state.src.slice(mark + shift, state.eMarks[line])) ?? [];
  if (head === undefined || name === undefined) return false;
  if (silent) return true;
  const known = names.get(state.env) ?? new Set<string>();
  names.set(state.env, known.add(md.utils.normalizeReference(name)));
  const count = tokens.length;
  state.blkIndent += indentOfCode;
  state.level += 1;
  setLine(state, line, [mark + shift + head.length, 0, state.blkIndent]);
  // Read as any other block, for where it ends and for the places that it names.
  md.block.tokenize(state, line, endLine);
  setLine(state, line, [mark, shift, inset]);
  tokens.length = count;
  const hasWords = state.line > line + 1 || head.length < lineEnd(state, line) - mark - shift;
  if (hasWords) passLazyLines(state, endLine);
  Object.assign(state, { blkIndent, level });
  return true;
}

/** Behind a definition in a note words go on as they do behind any others, though it is none of them. */
function passLazyLines(state: StateBlock, endLine: number): void {
  const rules = state.md.block.ruler.getRules('paragraph');
  const { line: from } = state;
  while (state.line < endLine && !state.isEmpty(state.line - 1) && !state.isEmpty(state.line)) {
    const at = state.line;
    if (rules.some((rule) => rule(state, at, endLine, true))) break;
    state.line = at + 1;
  }
  if (state.line < from) state.line = from;
}

function lineEnd({ eMarks }: StateBlock, line: number): number {
  return eMarks[line] ?? 0;
}

function setLine(
  state: StateBlock,
  line: number,
  [mark, shift, inset]: readonly [number, number, number],
): void {
  state.bMarks[line] = mark;
  state.tShift[line] = shift;
  state.sCount[line] = inset;
}

const use = /\[\^([^\]\s]+)\]/y;

function mark(state: StateInline, silent: boolean): boolean {
  use.lastIndex = state.pos;
  const [whole, name = ''] = use.exec(state.src) ?? [];
  const isOne = namesOf(state.env).has(state.md.utils.normalizeReference(name));
  // To a link around it, its brackets are as any others.
  if (silent) return false;
  if (whole === undefined || !isOne) return markOverLines(state);
  state.pending += '[note]';
  state.pos += whole.length;
  return true;
}

/** Of what could be one and goes on in the next line, the page shows little or nothing. */
function markOverLines(state: StateInline): boolean {
  if (!state.src.startsWith('[^', state.pos)) return false;
  const end = state.md.helpers.parseLinkLabel(state, state.pos);
  if (end < 0 || !state.src.slice(state.pos, end).includes('\n')) return false;
  state.pending += '[note]';
  state.pos = end + 1;
  return true;
}
