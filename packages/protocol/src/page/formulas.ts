/**
 * Formulas of a page in which words can be hidden. Between dollars, and in blocks of their own, the page draws what TeX
 * says: with `\phantom` or white ink, or behind a `%`, nobody sees a word. A formula of plain letters and of
 * commands that only draw stays as it was written; any other is one word, as an image is. Where a dollar begins or
 * ends a formula is decided generously: text that has no such command, like prices and variables of a shell, stays anyway.
 *
 * Takes time in proportion to the text, whatever the text.
 */
import { finder } from '../finder.ts';

export const formula = '[formula]';

interface Formula {
  readonly start: number;
  readonly end: number;
  /** Whether something could be hidden in it. */
  readonly hides: boolean;
}

/** Those that hide have at most a dollar in common; harmless ones overlap, since each dollar could be the first or the last of one. */
export function formulasIn(text: string, isHiding: (source: string) => boolean): Formula[] {
  const found: Formula[] = [];
  let at = 0;
  // What ends where something harmless does, and begins later, is harmless.
  const harmlessEnds = new Set<number>();
  for (const { start, end } of pairs(text)) {
    if (start < at) continue;
    const hides = !harmlessEnds.has(end) && isHiding(text.slice(start, end));
    // Its last dollar may be the first of the next.
    if (hides) at = end - (text.endsWith('$$', end) ? 2 : 1);
    else harmlessEnds.add(end);
    found.push({ start, end, hides });
  }
  return found;
}

export function withoutFormulas(text: string): string {
  let rest = '';
  let at = 0;
  for (const { start, end, hides } of formulasIn(text, hidingIn(text))) {
    if (!hides) continue;
    if (start >= at) rest += text.slice(at, start) + formula;
    at = end;
  }
  return rest + text.slice(at);
}

/** From each dollar that may begin a formula to the next that may end it, with no blank line in between. */
function* pairs(text: string): Generator<{ start: number; end: number }> {
  const nextOf = [finder(text, inline), finder(text, display), finder(text, blankLine)] as const;
  for (const { 0: dollars, index: start } of text.matchAll(opening)) {
    const from = start + dollars.length;
    const blank = nextOf[2](from);
    for (const end of dollars === '$' ? [nextOf[0](from)] : [nextOf[0](from), nextOf[1](from)]) {
      if (end.at < blank.at) yield { start, end: end.at + end.length };
    }
  }
}

/** One or two dollars, of which one alone has something right behind it. That an escaped one begins none is not certain. */
const opening = /\$\$|\$(?=\S)/g;
/** Prices and variables go on behind a dollar. */
const inline = /(?<![\\\s$])\$(?![\p{L}\p{N}_$])/gu;
const display = /\$\$/g;
const blankLine = /\n[ \t>]*\n/g;

/** Once something is given another meaning, no command means what it seems to. */
const redefines = /\\(?:[egx]?def|let|futurelet|(?:re)?new|provide|Declare|require)/;

/** Whether something could be hidden in a formula of this text. */
export function hidingIn(text: string): (source: string) => boolean {
  const known = redefines.test(text) ? new Set<string>() : drawing;
  const hides = (source: string) => {
    if (!/[\\%]/.test(source)) return false;
    // A break with a length draws over what stands above.
    if (/\\\\\s*\[/.test(source)) return true;
    const tokens = [...source.matchAll(/\\([A-Za-z]+|[^])|%/g)];
    return tokens.some(([token, name = '']) =>
      /[A-Za-z]/.test(name) ? !known.has(name) : token === '%' || name === '!',
    );
  };
  // Whether the page takes out a stroke before it looks is not certain.
  return (source) => hides(source) || hides(source.replaceAll('\\\\', '\\'));
}

/** Single letters are accents and signs, or stand in a pattern such as `\d+$`. */
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'.split('');

/** Commands that draw something for each word that they take, where it stands. */
const drawing = new Set([
  ...letters,
  ...'frac dfrac tfrac sqrt sum prod int lim log ln exp sin cos tan min max gcd mod bmod pmod det'.split(
    ' ',
  ),
  ...'le leq ge geq ne neq lt gt approx equiv sim pm mp times cdot div ast circ oplus otimes'.split(
    ' ',
  ),
  ...'in notin subset subseteq cup cap setminus forall exists neg land lor to mapsto'.split(' '),
  ...'leftarrow rightarrow Rightarrow Leftrightarrow iff implies infty partial nabla'.split(' '),
  ...'alpha beta gamma delta epsilon varepsilon zeta eta theta lambda mu nu xi pi rho'.split(' '),
  ...'sigma tau phi varphi chi psi omega Gamma Delta Theta Lambda Pi Sigma Phi Psi Omega'.split(
    ' ',
  ),
  ...'lfloor rfloor lceil rceil langle rangle lvert rvert left right dots ldots cdots'.split(' '),
  ...'text textbf mathrm mathbf mathit mathcal mathbb operatorname hat bar vec tilde'.split(' '),
]);
