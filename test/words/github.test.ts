/**
 * What a model reads of an issue, beside what GitHub's own reader of markdown makes of it: whatever somebody writes, no word reaches a
 * model that the page does not show.
 */
import { execFileSync } from 'node:child_process';
import { plainText } from '@bzzz/protocol';
import fc from 'fast-check';
import { type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { expect, it } from 'vitest';

type Node = DefaultTreeAdapterTypes.ChildNode;

const word = 'WORD';
const pieces = [
  [word, word, word, word, word, ' ', ' ', '\n', '\n', '\n\n', '    ', '\t'],
  ['> ', '- ', '1. ', '- [ ] ', '# ', '---\n', '===\n', '`', '``', '```\n', '```js ', '~~~\n'],
  ['*', '**', '_', '~~', '[', ']', '(', ')', '](u)', '](u "', ' "', '"', "'", '![', '![a](b)'],
  ['[r]', '[r]: u\n', '[^A]', '[^a]: ', '\\', '&lt;', '&#60;', '<https://e.com>', 'www.e.com/'],
  ['|', '|-|\n', '|a|\n|-|\n|', '\n|', '|-|-|\n', '<b>', '</b>', '<b title="', '">', '<b x=y>'],
  [
    '<a href="x">',
    '</a>',
    '<!--',
    '-->',
    '<!-->',
    '<?x',
    '?>',
    '<![CDATA[',
    ']]>',
    '<!D',
    '>',
    '<',
  ],
  ['<p>', '</p>', '<div>', '</div>', '<pre>', '</pre>', '<script>', '</script>', '<style>', '<br>'],
  ['<details>', '<summary>', '</details>', '<table>', '<tr>', '<td>', '</table>', '<ul>', '<li>'],
  ['<video>', '</video>', '<rp>', '<select>', '<template>', '</template>', '<svg>', '<math>'],
  ['<title>', '<textarea>', '</textarea>', '<noscript>', '<b', '/>', '=', '<img alt="', '<x-y>'],
].flat();
const silent = new Set('math noscript rp select svg template video'.split(' '));

const texts = fc
  .array(fc.constantFrom(...pieces), { minLength: 3, maxLength: 30 })
  .map((all) => all.map((piece, at) => (piece === word ? `w${at}x ` : piece)).join(''));

it('is never more than the page shows, and most of that', () => {
  let read = 0;
  let shown = 0;
  fc.assert(
    fc.property(texts, (text) => {
      const onPage = new Set(
        wordsIn(parseFragment(pageOf(text), { scriptingEnabled: false }).childNodes),
      );
      const ours = named(plainText(text).replaceAll(/\]\([^)]*\)/g, ']'));
      expect(ours.filter((one) => !onPage.has(one))).toEqual([]);
      read += ours.length;
      shown += onPage.size;
    }),
    { numRuns: 500 },
  );
  // What is odd is left out, and most of these texts are.
  expect(read / shown).toBeGreaterThan(0.7);
});

it('would notice', () => {
  expect(wordsIn(parseFragment(pageOf('w1x ![w2x](a "w3x") <!-- w4x -->')).childNodes)).toEqual([
    'w1x',
  ]);
});

const extensions = ['footnotes', 'table', 'strikethrough', 'autolink', 'tagfilter', 'tasklist'];

/** By cmark-gfm, GitHub's own. */
function pageOf(text: string): string {
  const options = extensions.flatMap((name) => ['-e', name]);
  return execFileSync('cmark-gfm', ['--unsafe', ...options], { input: text, encoding: 'utf8' });
}

function wordsIn(nodes: readonly Node[]): string[] {
  return nodes.flatMap((node) => {
    if ('value' in node) return named(node.value);
    return 'tagName' in node && !silent.has(node.tagName) ? wordsIn(node.childNodes) : [];
  });
}

function named(text: string): string[] {
  return text.match(/w\d+x/g) ?? [];
}
