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

/** What is written for the text up to `end`. */
interface Span {
  readonly end: number;
  readonly words: string;
}
/** By where each begins. */
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

/** A formula that hides, or several that have their dollars in common. */
interface Hiding {
  readonly start: number;
  readonly end: number;
  /** Whether nothing in it means more to markdown than to TeX. */
  readonly isPlain: boolean;
}

/** From the last to the first, since what stays must end before the next that hides. */
function spansIn({ src, env }: StateInline): ReadonlyMap<number, Span> {
  const spans = new Map<number, Span>();
  let next: Hiding = { start: src.length, end: src.length, isPlain: true };
  const formulas = formulasIn(src, hidingOf.get(env) ?? hidingIn(src));
  for (const { start, end, hides } of formulas.reverse()) {
    const source = src.slice(start, end);
    if (hides) {
      next = joined({ start, end, isPlain: !meansMore(source) }, next);
      leaveOut(spans, next);
    } else if (end <= next.start && isKept(source)) {
      spans.set(start, { end, words: source });
    }
  }
  return spans;
}

/** The last dollar of one may be the first of the next. */
function joined(one: Hiding, next: Hiding): Hiding {
  if (one.end <= next.start) return one;
  return { start: one.start, end: next.end, isPlain: one.isPlain && next.isPlain };
}

/** What is not plain is read as words as well, and goes once they are done, from the mark at its first dollar to that at its last. */
function leaveOut(spans: Map<number, Span>, { start, end, isPlain }: Hiding): void {
  if (isPlain) {
    spans.set(start, { end, words: formula });
  } else {
    spans.set(start, { end: start + 1, words: marks.formula });
    spans.set(end - 1, { end, words: `$${marks.formulaEnd}` });
  }
}

/** Longer ones are read as words, in which a `\\` may be lost. */
const keptCharsMax = 500;

/** Whether a formula that hides nothing stays as it was written. */
function isKept(source: string): boolean {
  return source.length <= keptCharsMax && !/&|!\[/.test(source) && !meansMore(source);
}

/** Whether there is code, a tag or a link in it, or half of one: to markdown that may go first. */
function meansMore(source: string): boolean {
  const isCode = /^\$`[^`]*`\$$/.test(source);
  const unescaped = source.replaceAll(/\\[^]/g, '');
  return !isCode && (/[<`]|\][([:]/.test(unescaped) || !isBalanced(unescaped));
}

function isBalanced(text: string): boolean {
  let depth = 0;
  for (const one of text) {
    if (one === '[') depth += 1;
    if (one === ']') depth -= 1;
    if (depth < 0) return false;
  }
  return depth === 0;
}
