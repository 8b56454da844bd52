/**
 * Formulas, before anything else is read in them: to the page a `\\` in one is no mark of markdown. Those that could hide
 * something go. But it is not known for certain what the page takes for one: where something stands in one that means more to
 * markdown, it is read, too, and left out afterwards.
 */
import type { MarkdownIt, StateInline } from 'markdown-it';
import { formula, formulasIn, hidingIn } from './formulas.ts';
import { marks } from './marks.ts';

export function readFormulas(markdown: MarkdownIt): void {
  markdown.core.ruler.before('inline', 'hiding', ({ src, env }) => {
    hidingOf.set(env, hidingIn(src));
  });
  markdown.inline.ruler.before('escape', 'formula', formulaAt);
}

/** One formula may give commands of others another meaning. */
const hidingOf = new WeakMap<object, (source: string) => boolean>();

/** What stands for the text from here to there; `marks.formula`: up to `marks.formulaEnd`, and it is read as words as well. */
interface Span {
  readonly end: number;
  readonly words: string;
}
const spansOf = new WeakMap<StateInline, ReadonlyMap<number, Span>>();

function formulaAt(state: StateInline, silent: boolean): boolean {
  if (state.src[state.pos] !== '$') return false;
  const spans = spansOf.get(state) ?? spansIn(state);
  spansOf.set(state, spans);
  const span = spans.get(state.pos);
  if (span === undefined) return false;
  if (!silent) state.pending += span.words;
  state.pos = span.end;
  return true;
}

/** Longer ones are read as words, in which a `\\` may be lost. */
const keptCharsMax = 500;

/** By where each begins. */
function spansIn({ src, env }: StateInline): ReadonlyMap<number, Span> {
  const spans = new Map<number, Span>();
  /** The one that hides, behind the one that is looked at. */
  let next = { start: src.length, end: src.length, isPlain: true };
  for (const { start, end, hides } of formulasIn(
    src,
    hidingOf.get(env) ?? hidingIn(src),
  ).reverse()) {
    const source = src.slice(start, end);
    if (!hides) {
      const isKept = end <= next.start && end - start <= keptCharsMax;
      const isPlain = isKept && !/&|!\[/.test(source) && !meansMore(source);
      if (isPlain) spans.set(start, { end, words: source });
      continue;
    }
    const isOne = next.start < end;
    const isPlain = !meansMore(source) && (!isOne || next.isPlain);
    next = { start, end: isOne ? next.end : end, isPlain };
    if (isPlain) spans.set(start, { end: next.end, words: formula });
    else {
      spans.set(start, { end: start + 1, words: marks.formula });
      spans.set(next.end - 1, { end: next.end, words: `$${marks.formulaEnd}` });
    }
  }
  return spans;
}

function meansMore(source: string): boolean {
  if (/^\$`[^`]*`\$$/.test(source)) return false;
  const rest = source.replaceAll(/\\[^]/g, '');
  if (/[<`]|\][([:]/.test(rest)) return true;
  let depth = 0;
  for (const one of rest) {
    if (one === '[') depth += 1;
    if (one === ']') depth -= 1;
    if (depth < 0) return true;
  }
  return depth > 0;
}
