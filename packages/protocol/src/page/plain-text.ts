/**
 * The words of an issue as a model may read them: what a person sees on the page, and nothing that markdown or HTML hide from
 * people. The text is read as the page reads it, by the parsers of others, and written anew from what is seen of it: a word
 * comes through because it is shown, and not because nobody thought of the way in which it is hidden.
 */
import { visibleText } from '../issue.ts';
import { trimmed } from './blocks.ts';
import { withoutFarWords } from './far-words.ts';
import { formula, withoutFormulas } from './formulas.ts';
import { pageOf } from './html.ts';
import { marks, unmarked } from './marks.ts';
import { treeOf } from './tree.ts';
import { wordsOf } from './words.ts';

const tooMuch = '[left out: too much stands one within the other]';
const rest = '[the rest is left out: something in it is odd, or not closed]';

export function plainText(text: string): string {
  const page = pageOf(text);
  const tree = page === undefined ? undefined : treeOf(page.html);
  if (page === undefined || tree === undefined) return tooMuch;
  const kept: string[] = [];
  const words = wordsOf(tree, (code) => {
    // Code can stand in code.
    kept.push(withCode(code, kept));
    return `${marks.code}${kept.length - 1}${marks.code}`;
  });
  const seen = withoutFormulas(withoutMarked(trimmed(visibleText(words))));
  const whole = withCode(withoutFarWords(seen), kept);
  // Each line of a quote within quotes has all their marks.
  if (whole.length > lengthMax(text)) return tooMuch;
  const written = visibleText(
    unmarked(whole.replaceAll(marks.blank, ' ').replaceAll(marks.line, '\n')),
  );
  return page.isCut ? `${written}\n\n${rest}` : written;
}

function lengthMax({ length }: string): number {
  return 4 * length + 1_000;
}

/** What may be a formula; without an end, up to a blank line. */
const marked = new RegExp(`${marks.formula}[^]*?(?:${marks.formulaEnd}|(?=\\n\\n)|$)`, 'g');

function withoutMarked(words: string): string {
  return words.replaceAll(marked, formula);
}

const place = new RegExp(`${marks.code}(\\d+)${marks.code}`, 'g');

function withCode(words: string, kept: readonly string[]): string {
  return words.replaceAll(place, (_, index: string, at: number) => {
    const code = kept[Number(index)] ?? '';
    // Thousands of pieces may stand on one line, and a block on its own.
    return code.includes('\n')
      ? inset(code, words.slice(words.lastIndexOf('\n', at) + 1, at))
      : code;
  });
}

/** Each line as far in as the first, with the marks of the quotes around it. */
function inset(code: string, before: string): string {
  return code.replaceAll('\n', `\n${before.replaceAll(/[^>]/g, ' ')}`);
}
