/** What a person does not see on the page does not reach a model; what is seen does. */
import { describe, expect, it } from 'vitest';
import { limits, plainText } from '../src/index.ts';

describe('what nobody sees is gone', () => {
  it.each([
    ['an alternative text', 'a ![HIDDEN](x.png) b', 'a [image] b'],
    ['with brackets in it', 'a ![x [y] HIDDEN](x.png) b', 'a [image] b'],
    ['with escaped brackets in it', 'a ![x \\] HIDDEN](x.png) b', 'a [image] b'],
    ['over lines', 'a ![x\nHIDDEN](x.png) b', 'a [image] b'],
    ['by reference', 'a ![HIDDEN][r] b ![HIDDEN] c', 'a [image] b [image] c'],
    ['with a link around it', '[![HIDDEN](x "HIDDEN")](y "HIDDEN")', '[[image]](y)'],
    ['the title of an image', '![x](x.png "HIDDEN")', '[image]'],
    ['the title of a link', '[x](u "HIDDEN")', '[x](u)'],
    ['in other quotes', "[x](u 'HIDDEN') [x](u (HIDDEN))", '[x](u) [x](u)'],
    ['with parentheses in it', '[x](u "a) HIDDEN (b")', '[x](u)'],
    ['with escaped quotes in it', '[x](u "a \\" HIDDEN")', '[x](u)'],
    ['over lines', '[x](u\n"HIDDEN\nHIDDEN")', '[x](u)'],
    ['behind a place with parentheses', '[x](u(v)w "HIDDEN")', '[x](u(v)w)'],
    ['behind a place in angles', '[x](<u "v> "HIDDEN")', '[x](<u "v>)'],
    ['a definition', 'a\n\n[r]: u "HIDDEN"\nb', 'a\n\n\nb'],
    ['over lines', 'a\n\n[r]:\n  u\n  "HIDDEN\n  HIDDEN"\nb', 'a\n\n\nb'],
    ['in a quote and a list', '> [r]: u "HIDDEN"\n- [r]: u "HIDDEN"', '\n'],
    ['a footnote', 'a\n\n[^1]: HIDDEN words\nb', 'a\n\n\nb'],
    ['an attribute', 'a<b title="HIDDEN">c</b>', 'ac'],
    ['with the end of a tag in it', 'a<b title="> HIDDEN">c', 'ac'],
    ['over lines', "<div\n title='\n\n> HIDDEN'>c", 'c'],
    ['that never ends', 'a\n\n<div title="HIDDEN\n\nHIDDEN', 'a\n\n'],
    ['data', 'a<![CDATA[ > HIDDEN ]]>b', 'ab'],
    ['an instruction', 'a<?x > HIDDEN ?>b', 'ab'],
    ['a declaration', 'a<!DOCTYPE HIDDEN>b', 'ab'],
    [
      'the words behind a fence',
      '```js HIDDEN\ncode\n```\n~~~ HIDDEN `\ncode\n~~~',
      '```\ncode\n```\n~~~\ncode\n~~~',
    ],
    ['and in a list', '- ```HIDDEN\n  code', '- ```\n  code'],
    ['a comment within', 'a ![x<!-- HIDDEN -->](u)', 'a [image]'],
    ['letters that show nothing', 'a\u{E0048}\u200B\uFE01b', 'ab'],
  ])('%s', (_, raw, plain) => {
    expect(plainText(raw)).toBe(plain);
  });
});

describe('what is seen stays', () => {
  it.each([
    'Two words, a [link](https://example.com/a_(b)) and `code`.',
    '1 < 2 and a <b but no tag; "quotes" and it\'s fine',
    '- [ ] a task\n- [x] done\n\n> quoted',
    '```\nif (a < b) {}\n```',
    '[main]: the server has started\n[1]: see above, please',
    'f(x)[i](y) and an array [a, b](c d)?'.replace('(c d)', ''),
    '| a | b |\n| - | - |\n',
  ])('%j', (text) => {
    expect(plainText(text)).toBe(text);
  });
});

it('takes time in proportion to the text, however hostile', () => {
  const long = limits.bodyCharsMax;
  const parts = [
    '[',
    '![',
    '](',
    '](x "',
    "](x '",
    '](x (',
    '<a "',
    `<a '"`,
    '<a"b"c"',
    '<![CDATA[',
    '<?',
    '[x]:\n',
    '[x]: u "\n',
    '\n<a "',
    '```',
    '\\',
    '> ',
  ];
  for (const part of parts) {
    for (const end of ['', ')', '"', ']']) plainText(part.repeat(long / part.length) + end);
  }
}, 20_000);
