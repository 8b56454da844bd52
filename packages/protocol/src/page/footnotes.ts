/** Notes, which the page shows at its end, where nobody reads on, or not at all: they are left out, and marked where they are used. */
import type { MarkdownIt, StateBlock, StateInline } from 'markdown-it';

export function leaveNotesOut(markdown: MarkdownIt): void {
  // To the page a note begins before the words in it can be anything else, in mid-paragraph too.
  markdown.block.ruler.before('table', 'note', passOver, {
    alt: ['paragraph', 'reference', 'blockquote', 'list'],
  });
  markdown.inline.ruler.after('link', 'note', mark);
}

const definition = /^\[\^([^\]\s]+)\]:[ \t]*/;
/** Of each text the names of its notes. */
const namesOf = new WeakMap<object, Set<string>>();

function passOver(state: StateBlock, line: number, endLine: number, silent: boolean): boolean {
  const { blkIndent, level, tokens, md } = state;
  const [mark = 0, shift = 0, inset = 0] = [state.bMarks, state.tShift, state.sCount].map(
    (all) => all[line],
  );
  if (inset - blkIndent >= indentOfCode) return false;
  const [head, name] = definition.exec(state.src.slice(mark + shift, state.eMarks[line])) ?? [];
  if (head === undefined || name === undefined) return false;
  if (silent) return true;
  const names = namesOf.get(state.env) ?? new Set<string>();
  namesOf.set(state.env, names.add(md.utils.normalizeReference(name)));
  const count = tokens.length;
  state.blkIndent += indentOfCode;
  state.level += 1;
  setLine(state, line, [mark + shift + head.length, 0, state.blkIndent]);
  // Read as any other block, for where it ends and for the places that it names.
  md.block.tokenize(state, line, endLine);
  setLine(state, line, [mark, shift, inset]);
  Object.assign(state, { blkIndent, level });
  tokens.length = count;
  return true;
}

const indentOfCode = 4;

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
  const isOne = namesOf.get(state.env)?.has(state.md.utils.normalizeReference(name)) === true;
  if (whole === undefined || !isOne) return false;
  if (!silent) state.pending += '[note]';
  state.pos += whole.length;
  return true;
}
