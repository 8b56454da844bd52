/**
 * Formulas, before anything else is read in them: to the page a `\\` in one is no mark of markdown. Those that could hide
 * something go. But it is not known for certain what the page takes for one, so nothing may stand in one that would have meant
 * something else there.
 */
import type { MarkdownIt, StateInline } from 'markdown-it';
import { cut } from './cut.ts';
import { formula, formulasIn, hidingIn } from './formulas.ts';

export function readFormulas(markdown: MarkdownIt): void {
  markdown.core.ruler.before('inline', 'hiding', ({ src, env }) => {
    hidingOf.set(env, hidingIn(src));
  });
  markdown.inline.ruler.before('escape', 'formula', formulaAt);
}

/** One formula may give commands of others another meaning. */
const hidingOf = new WeakMap<object, (source: string) => boolean>();

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
function spansIn({ src, env, posMax }: StateInline): ReadonlyMap<number, Span> {
  const spans = new Map<number, Span>();
  let nextHiding = Number.POSITIVE_INFINITY;
  for (const { start, end, hides } of formulasIn(
    src,
    hidingOf.get(env) ?? hidingIn(src),
  ).reverse()) {
    if (hides) {
      spans.set(start, without(src.slice(start, end), end, posMax));
      nextHiding = start;
    } else if (end <= nextHiding && end - start <= keptCharsMax) {
      const words = src.slice(start, end);
      if (!meansMore(words)) spans.set(start, { end, words });
    }
  }
  return spans;
}

/** With a tag in it the rest of the page could be in that; with half of a link the rest of the paragraph. */
function without(source: string, end: number, posMax: number): Span {
  if (!meansMore(source)) return { end, words: formula };
  return { end: posMax, words: source.includes('<') ? formula + cut : formula };
}

function meansMore(source: string): boolean {
  if (/^\$`[^`]*`\$$/.test(source)) return false;
  const marks = source.replaceAll(/\\[^]/g, '');
  if (/[<`]|\][([:]/.test(marks)) return true;
  let depth = 0;
  for (const one of marks) {
    if (one === '[') depth += 1;
    if (one === ']') depth -= 1;
    if (depth < 0) return true;
  }
  return depth > 0;
}
