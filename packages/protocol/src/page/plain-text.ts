/**
 * The words of an issue as a model may read them: what a person sees on the page, and nothing that markdown or HTML hide from
 * people. The text is read as the page reads it, by the parsers of others, and written anew from what is seen of it: a word
 * comes through because it is shown, and not because nobody thought of the way in which it is hidden.
 */
import { visibleText } from '../issue.ts';
import { trimmed } from './blocks.ts';
import { withoutFarWords } from './far-words.ts';
import { withoutFormulas } from './formulas.ts';
import { pageOf } from './html.ts';
import { treeOf } from './tree.ts';
import { wordsOf } from './words.ts';

/** Stands for a block of code. No text has it: it is no character, and what has one loses it. */
const code = '\uFDD0';

export function plainText(text: string): string {
  const page = pageOf(text.replaceAll(code, ''));
  const tree = page === undefined ? undefined : treeOf(page.html);
  if (tree === undefined) return '[left out: too much stands one within the other]';
  const kept: string[] = [];
  const words = wordsOf(tree, (one) => {
    kept.push(visibleText(one));
    return code;
  });
  const end =
    page?.isCut === true
      ? '\n\n[the rest is left out: something in its HTML is odd, or not closed]'
      : '';
  const seen = withoutFarWords(withoutFormulas(trimmed(visibleText(words)))) + end;
  return seen.replaceAll(code, (_, at: number) => {
    const before = seen.slice(seen.lastIndexOf('\n', at) + 1, at);
    return (kept.shift() ?? '').replaceAll('\n', `\n${before.replaceAll(/[^>]/g, ' ')}`);
  });
}
