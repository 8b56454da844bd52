/**
 * The words of an issue as a model may read them: what a person sees on the page, without the places
 * where markdown and HTML hide words from people (alternative texts, titles of links, attributes).
 */
import { visibleText } from './issue.ts';

/** Every pattern here runs in linear time, whatever the text: none has two ways to match one character. */
const hidden: readonly (readonly [RegExp, string])[] = [
  // `![alternative](place "title")`, `![alternative][reference]`
  [/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])?/g, '[image]'],
  // `[words](place "title")`
  [/\]\(\s*([^\s()]*)[^()]*\)/g, ']($1)'],
  // `[reference]: place "title"`, which shows nothing at all
  [/^ {0,3}\[[^\]\n]*\]:[^\n]*$/gm, ''],
  [/<[/!?]?[A-Za-z][^<>]*>/g, ''],
];

export function plainText(text: string): string {
  return hidden.reduce(
    (rest, [pattern, replacement]) => rest.replaceAll(pattern, replacement),
    visibleText(text),
  );
}
