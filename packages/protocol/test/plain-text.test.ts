/** What a person does not see on the page does not reach a model; what is seen does. */
import { describe, expect, it } from 'vitest';
import { limits, plainText } from '../src/index.ts';

const cut = '[the rest is left out: something in it is odd, or not closed]';

describe('what nobody sees is gone', () => {
  it.each([
    ['an alternative text', 'a ![HIDDEN](x.png) b', 'a [image] b'],
    ['with brackets in it', 'a ![x [y] HIDDEN](x.png) b', 'a [image] b'],
    ['with escaped brackets in it', 'a ![x \\] HIDDEN](x.png) b', 'a [image] b'],
    ['over lines', 'a ![x\nHIDDEN](x.png) b', 'a [image] b'],
    ['with a link around it', '[![HIDDEN](x "HIDDEN")](y "HIDDEN")', '[[image]](y)'],
    ['the title of an image', '![x](x.png "HIDDEN")', '[image]'],
    ['the title of a link', '[x](u "HIDDEN")', '[x](u)'],
    ['in other quotes', "[x](u 'HIDDEN') [x](u (HIDDEN))", '[x](u) [x](u)'],
    ['with parentheses in it', '[x](u "a) HIDDEN (b")', '[x](u)'],
    ['with escaped quotes in it', '[x](u "a \\" HIDDEN")', '[x](u)'],
    ['over lines', '[x](u\n"HIDDEN\nHIDDEN")', '[x](u)'],
    ['behind a place with parentheses', '[x](u(v)w "HIDDEN")', '[x](u(v)w)'],
    ['behind a place in angles', '[x](<u "v> "HIDDEN")', '[x](u%20%22v)'],
    ['a definition', 'a\n\n[r]: u "HIDDEN"\nb', 'a\n\nb'],
    ['over lines', 'a\n\n[r]:\n  u\n  "HIDDEN\n  HIDDEN"\nb', 'a\n\nb'],
    ['in a quote and a list', '> [r]: u "HIDDEN"\n- [r]: u "HIDDEN"', '>\n\n-'],
    ['a footnote', 'a\n\n[^1]: HIDDEN words\n\nb', 'a\n\nb'],
    ['over lines', 'a\n\n[^1]: HIDDEN\nHIDDEN\n\n    HIDDEN\n\nb', 'a\n\nb'],
    ['a definition with a name over lines', '[HIDDEN\nHIDDEN]: #', ''],
    ['a remark that is no reference', '[//]: # (HIDDEN)\n\na', 'a'],
    ['a formula', 'a $x \\phantom{HIDDEN}$ b', 'a [formula] b'],
    ['with white ink', 'a $$\\color{white}{HIDDEN}$$ b', 'a [formula] b'],
    ['in marks of code', 'a $`\\phantom{HIDDEN}`$ b', 'a [formula] b'],
    ['over lines, and another in it', 'a $$\nx $y$\n\\phantom{HIDDEN}\n$$ b', 'a [formula] b'],
    ['with a remark', 'a $x % HIDDEN\ny$ b', 'a [formula] b'],
    ['with a remark behind a break', 'a $x \\\\% HIDDEN\ny$ b', 'a [formula] b'],
    ['with words drawn over', 'a $HIDDEN\\!\\!\\!x$ b', 'a [formula] b'],
    ['with another meaning', '$\\def\\le#1{}$ $\\le{HIDDEN}$', '[formula] [formula]'],
    ['a block of formulas', '```math\n\\phantom{HIDDEN}\n```\nb', '[formula]\n\nb'],
    ['a diagram', 'a\n\n```mermaid\n%% HIDDEN\n```\nb', 'a\n\n[picture]\n\nb'],
    ['by other marks', '~~~~ MerMaid x\n%% HIDDEN\n~~~\nHIDDEN\n~~~~~\nb', '[picture]\n\nb'],
    ['by a name in disguise', '```&#109;ermaid\n%% HIDDEN\n```\nb', '[picture]\n\nb'],
    ['with what seems to be its end', '```mermaid\n    ```\nHIDDEN\n```\nb', '[picture]\n\nb'],
    ['in a list and a quote', '> - ```stl\n>   HIDDEN\n>   ```\n> b', '> - [picture]\n>\n> b'],
    ['that never ends', '```geojson\nHIDDEN', '[picture]'],
    ['as an element', 'a<pre lang="mermaid">HIDDEN</pre>b', 'a\n\n[picture]\n\nb'],
    ['words for a browser without films', 'a<video src="x">HIDDEN</video>b', 'ab'],
    ['words for a browser of long ago', '<ruby>a<rp>HIDDEN</rp><rt>b</rt></ruby>c', 'abc'],
    ['too small', 'a' + '<sub>'.repeat(9) + 'HIDDEN' + '</sub>'.repeat(9) + 'b', 'ab'],
    ['far to the right', 'a' + ' '.repeat(200) + 'HIDDEN\nb', 'a [far to the right]\nb'],
    ['at the far end of a line', `${' '.repeat(200)}HIDDEN`, '```\n [far to the right]\n```'],
    ['references of letters that show nothing', 'a&#xE0048;&#917577;&zwj;&#8203;b', 'ab'],
    [
      'a picture with sources',
      '<picture><source srcset="HIDDEN"><img alt="HIDDEN"></picture>b',
      '[image]b',
    ],
    ['an attribute', 'a<b title="HIDDEN">c</b>', 'a**c**'],
    ['with the end of a tag in it', 'a<b title="> HIDDEN">c', 'a**c**'],
    ['over lines', "<div\n title='\n> HIDDEN'>c", 'c'],
    ['that a blank line does not end', "a\n\n<div\n title='\n\n> HIDDEN'>c", 'a\n\n' + cut],
    ['of a tag that only a browser knows', 'a\n\n<p>b <a HIDDEN <b>', 'a\n\nb\n\n' + cut],
    ['and that nothing ends', 'a\n\n<p>b <a HIDDEN\nHIDDEN\n\nc', 'a\n\nb\n\n' + cut],
    ['with a comment in it', 'a <b title="HIDDEN <!-- ">c', 'a **c**'],
    ['and an end', 'a <b title="HIDDEN <!-- "> -->c', 'a  **-->c**'],
    ['behind what a browser takes for data', 'a<? > <b title=" ?> HIDDEN', 'a\n\n' + cut],
    ['behind a comment that a browser takes for none', '<p><!--> <a x=" --> HIDDEN', '\n\n' + cut],
    ['a declaration that nothing ends', 'a\n<!A HIDDEN\n\nHIDDEN', 'a\n\n' + cut],
    ['with another tag in it', 'a <!A HIDDEN <sub>b', 'a\n\n' + cut],
    ['that never ends', 'a\n\n<div title="HIDDEN\n\nHIDDEN', 'a\n\n' + cut],
    ['data', 'a<![CDATA[ > HIDDEN ]]>b', 'a\n\n' + cut],
    ['an instruction', 'a<?x > HIDDEN ?>b', 'a\n\n' + cut],
    ['a declaration', 'a<!DOCTYPE HIDDEN>b', 'ab'],
    [
      'the words behind a fence',
      '```js HIDDEN\ncode\n```\n~~~ HIDDEN `\ncode\n~~~',
      '```\ncode\n```\n\n```\ncode\n```',
    ],
    ['and in a list', '- ```HIDDEN\n  code', '- ```\n  code\n  ```'],
    ['the name of a reference', 'a [b][HIDDEN words]\n\n[hidden\twords]: u', 'a [b](u)'],
    ['over lines', '> a [b][HIDDEN\n> words]\n\n[hidden words]: u', '> a [b](u)'],
    ['behind nothing', 'a [][HIDDEN]b\n\n[HIDDEN]: u', 'a b'],
    ['of a note', 'a[^HIDDEN-x]: b\n\n[^hidden-X]: c', 'a[note]: b'],
    ['the place of a link without words', 'a [ ](https://e.com/HIDDEN "x")b', 'a  b'],
    ['a cell too many', '| a |\n|-|\n| b | HIDDEN |\n| c', '| a |\n| - |\n| b |\n| c |'],
    ['without outer bars', 'a | b\n-|:-:\nc | d | HIDDEN', '| a | b |\n| - | - |\n| c | d |'],
    ['in a quote', '> |a|\n> |-|\n> |b|HIDDEN', '> | a |\n> | - |\n> | b |'],
    ['in a list', '- |a|\n  |-|\n  |b|HIDDEN', '- | a |\n  | - |\n  | b |'],
    ['behind an escaped bar', '|a|\n|-|\n|b\\|c|HIDDEN', '| a |\n| - |\n| b\\|c |'],
    [
      'behind a comment',
      '|a|b|\n|-|-|\n|c<!--|-->|HIDDEN',
      '| a | b |\n| - | - |\n| c<!-- | --> |',
    ],
    ['and another line end', '|a|\r|-|\r|b|HIDDEN', '| a |\n| - |\n| b |'],
    ['no table, and a comment', '<p>\n|a|\n|-|\n|b|<!--\nHIDDEN', '|a|\n|-|\n|b|\n\n' + cut],
    ['no table, and a film', '<p>\n|a|\n|-|\n|b|<video x>\nHIDDEN', '|a|\n|-|\n|b|'],
    ['no table, and a value', '<p>\n|a|\n|-|\n|b|<a "x>|\nHIDDEN">c', '|a|\n|-|\n|b|\n\n' + cut],
    ['a comment that no later words end', '<p><!--\n\na --> HIDDEN', '\n\n' + cut],
    ['on a line of its own', '<p>\n<!--\n\n`-->` HIDDEN', '\n\n' + cut],
    [
      'behind a block that lasts',
      '<pre></pre>\n\n<p>\n<!--\n\na --> HIDDEN',
      '```\n\n```\n\n' + cut,
    ],
    ['that ends with a quote', '> <!--\na --> HIDDEN', '>\n\n' + cut],
    ['that ends with an item', '- a\n\n  <!--\nb --> HIDDEN', '- a\n\n' + cut],
    ['behind another one', '<!-- a --><p><!--\n\na --> HIDDEN', '\n\n' + cut],
    ['an address in a block of HTML', '<p>\n<https://e.com/HIDDEN>', '\n\n' + cut],
    ['behind a comment', '<!-- a --> <https://e.com/HIDDEN>', '\n\n' + cut],
    ['a comment within', 'a ![x<!-- HIDDEN -->](u)', 'a [image]'],
    ['letters that show nothing', 'a󠁈​︁b', 'ab'],
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
    '```\n<?php\n$a = "x\\n"; // <!-- <b\n<a title="\n```\n\nseen',
    '- an item\n\n  ```\n  a ![b](c)\n  ```',
    '> ```\n> <!--\n> ```',
    '1. one\n2. two\n\n   - three',
    '### A heading\n\n---\n\n**strong**, *soft* and ~~struck~~',
    '[main]: the server has started\n[1]: see above, please',
    'f(x)[i](y) and an array [a, b]',
    '| a | b |\n| - | - |\n| c \\| d | `e` |\n\nf | g | h',
    'It costs $5, or $10 to $20 with 5% off; US$3 and $4\\$.',
    'run `$HOME/bin:$PATH\\new` with "$A\\foo$B" and kill $$, then $$ again at 5%',
    "grep '^\\d+$' and 's/\\s*$//' in $(ls)",
    '$a = "x\\n"; $b = $a % 2;',
    'It takes $O(n \\log n)$ and not $$\\sum_{i=0}^{n} i^2 \\le 5\\%$$.',
    '```\n$ echo "$x"\n  100%\n$ exit\n```',
    '```\nmermaid\n```',
    'x[i][j] and [^a-z]+ and',
    'no reference: ![a][r] and [^b]',
  ])('%j', (text) => {
    expect(plainText(text)).toBe(text);
  });

  it.each([
    ['letters by their numbers', 'A &amp; B &#68; &lt;!-- seen --&gt;', 'A & B D <!-- seen -->'],
    ['a row that is none, as an item', 'a | b\n- | -\nc | d | e', 'a | b\n\n- | -\n  c | d | e'],
    ['a bar behind two strokes', '|a|\n|-|\n|b\\\\|c', '| a |\n| - |\n| b\\|c |'],
    ['marks of code of any length', '``` a`b ``', '``` a`b ``'],
    ['code that ends with a mark', '`` `a` ``', '`` `a` ``'],
    ['the name of a tag that the page shows', 'a <title> b', 'a <title> b'],
    ['an unknown tag goes and its words stay', 'a List<String> b', 'a List b'],
    [
      'HTML of a table',
      '<table><tr><th>a</th></tr><tr><td>b</td></tr></table>',
      '| a |\n| - |\n| b |',
    ],
    ['with blocks in it', '<table><tr><td>\n\n- a\n- b\n</td></tr></table>', '- a\n- b'],
    ['an address that says itself', '<https://e.com/x>', 'https://e.com/x'],
    ['a place that the page makes no link to', '[x](javascript:a)', 'x'],
    ['small letters', 'H<sub>2</sub>O', 'H<sub>2</sub>O'],
    ['what stands behind a comment', '<!-- a -->\n\nb <!-- c --> d', 'b  d'],
  ])('%s', (_, text, plain) => {
    expect(plainText(text)).toBe(plain);
  });
});

describe('a comment that is none, since it is code', () => {
  it.each([
    ['Use `<!--` to begin one. Seen.', 'Use `<!--` to begin one. Seen.'],
    ['Use `<!--` and `-->`; ``<?php` `` and `<b c="d">`. Seen.', null],
    ['See [a](b) and 1 < 2, then `<!--`. Seen.', null],
    ['<!--\n\na\n\n<p><!--\n-->seen', 'seen'],
    ['- a\n  <!--\n  b -->\n  seen', '- a\n  seen'],
    ['<p>\n\n`<!--` seen', '`<!--` seen'],
    ['| ` | <!-- seen ` --> |', '| `| <!-- seen` --> |'],
    ['[a][b`c] <!-- seen ` -->', '[a][b`c] <!-- seen ` -->'],
    ['See <https://e.com/x>, `<!--` seen', 'See https://e.com/x, `<!--` seen'],
  ])('%j', (text, plain) => {
    expect(plainText(text)).toBe(plain ?? text);
  });

  it.each([
    'a ` b ` <!-- HIDDEN ` -->',
    'a ` b\nc ` <!-- HIDDEN ` -->',
    'a \\`<!-- HIDDEN ` -->',
    '<1`@e.com> <!-- HIDDEN ` -->',
    '[a](b`c) <!-- HIDDEN ` -->',
    '[a](\nb`c) <!-- HIDDEN ` -->',
    '<a title="`">b</a> <!-- HIDDEN ` -->',
    '<p>\n`<!-- HIDDEN -->`',
    '<pre>\n\n`<!-- HIDDEN -->`',
    '[^1]: <pre>\n\n    `<!-- HIDDEN -->`',
    '<!-- a --> `<!-- HIDDEN -->`',
    '<!-- a\n\nb --> `<!-- HIDDEN -->`',
    `${'`'.repeat(99)} <!-- HIDDEN ${'`'.repeat(99)} -->`,
    'a \uFDD0!-- `<!--`\n<!-- HIDDEN -->',
  ])('is one all the same in %j', (text) => {
    expect(plainText(text)).not.toContain('HIDDEN');
  });
});

it('says what is folded, and what that is', () => {
  const folded =
    '<details open="">x</details><details class="open"><summary>Log</summary>\n\na\n</details>';
  expect(plainText(folded)).toBe(
    'x\n[end of the fold]\n\n[folded on the page]\nLog\n\na\n[end of the fold]',
  );
});

it.each([
  ['of quotes', '> '.repeat(200)],
  ['of items', '- '.repeat(200)],
  ['of brackets', '['.repeat(300)],
  ['of elements', '<b>a\n\n'.repeat(4_000)],
  ['of lines within quotes', `${'>'.repeat(38)} a\n${'a\n'.repeat(32_000)}`],
  ['of lines behind quotes', '>#\na\n'.repeat(13_000)],
])('leaves out what is too much to be sure of: %s', (_, text) => {
  expect(plainText(`${text} words`)).not.toContain('words');
});

describe('what markdown-it reads otherwise than the page', () => {
  it.each([
    '![HIDDEN](javascript:a)',
    '[x](file:a "HIDDEN")',
    'a\n\n[a]: javascript:x "HIDDEN words"',
    '<javascript:`> <!-- HIDDEN ` -->',
    '<!-- a|b\n-|-\nHIDDEN\n-->\nseen',
    '~~~math |x\n-|-\n\\phantom{HIDDEN}\n~~~',
    'a\n:-\nb | HIDDEN',
    'a\n|-|\nb|HIDDEN',
    '[r]: u\n| - |\nw | HIDDEN',
    '|a|\n|-\v|\n|b|HIDDEN',
    '- a\n<b>\n`<!-- HIDDEN -->`',
    '> a\n<b>\n`<!-- HIDDEN -->`',
    '|a|\n|-|\n<b>\n`<!-- HIDDEN -->`',
    '<b>\u00a0\n![HIDDEN](u)',
    '<b\u00a0x>\n![HIDDEN](u)',
    '<div\u00a0>\n![HIDDEN](u)',
    '<pre\u00a0>\n![HIDDEN](u)\n</pre>',
    '<b\u00a0title="`"> ` <!-- HIDDEN ` -->',
    'a\n\n[^a\u00a0b]: HIDDEN words',
    '[\u00a0]: u "HIDDEN"',
    '![HIDDEN](u\v)',
    '[x](u\f"HIDDEN")',
    '![HIDDEN](u\x01)',
    '![HIDDEN](u\x7f)',
    '[r]: u\x01 "HIDDEN"',
    'a <!-- -- ` --> ` <!-- HIDDEN ` -->',
    'a <!a`> ` <!-- HIDDEN ` -->',
    'a <!A`> ` <!-- HIDDEN ` -->',
    'https://e.com/`  <!-- HIDDEN ` -->',
    '[a][b`c] <!-- HIDDEN ` -->\n\n[b`c]: u',
    'x[^a`b] ` <!-- HIDDEN ` -->\n\n[^a`b]: def',
    '[^1]: [r]: u\nHIDDEN lazy\n\nseen',
    '$a![HIDDEN words]b$\n\n[HIDDEN words]: u',
    '$&#92;phantom{HIDDEN}$',
    '`$\\foo` ($\\phantom{HIDDEN}$',
    '$\\\\phantom{HIDDEN}$',
    'a\\$\\phantom{HIDDEN}$',
    '$$a\\\\[-1em]HIDDEN$$',
    '```mermaid,x\n%% HIDDEN\n```',
    '$\\phantom <!-- $ HIDDEN -->',
    '$\\phantom{![}$ HIDDEN](u)',
    '- [ ] [a]: HIDDEN',
    '- [x] [a\n  b]:\n  u "HIDDEN"',
    '- [ ] |a|b|\n  |-|-|\n  |c|d|HIDDEN',
    '[a]:(HIDDEN',
    '[HIDDEN]:(',
    '[x](( "HIDDEN")',
    '![HIDDEN]((u )',
    '[HIDDEN]: u(\n\n[a](HIDDEN "x")',
    `[${'x'.repeat(1_000)}]: u "HIDDEN"`,
    'a `` b `c` `<!-- HIDDEN -->`',
    '``\n`a` `<b title="HIDDEN">`',
    'a ![HIDDEN https://e.com/`]() b',
    '![HIDDEN [<!d]](u)',
    "<b title='HIDDEN'\f>",
    "<b title='HIDDEN'\v>",
    '![HIDDEN][r]\n\n\f\n\n[r]: u',
    '> a\n    > <noframes>![HIDDEN](u)',
    '   -\ta\n\t>![HIDDEN](u)',
    '  1. <b title="HIDDEN"\n    >',
    '[^HIDDEN\n]',
    '[^a\nHIDDEN]',
    '``[^`]`HIDDEN\n]',
    '[^x]:\n<b>\na\n><! HIDDEN',
    '<script></textarea>\n<b HIDDEN',
    '[a[^1]](u "HIDDEN")\n\n[^1]: b',
    '[[^\n]](x "HIDDEN")',
    '>>`<?HIDDEN?>\n |||\n>>-|-|-\n`',
    '- [x] [HIDDEN]:<\\>> ""',
    '>>![\n    ```](HIDDEN)',
    '[^b]:r\n<e>\n><b HIDDEN',
    '[s]:x\n    <b title="HIDDEN">',
    '[r]: u\n<b>\n![HIDDEN](u)',
    '![<!--`--->[HIDDEN`]()',
    ')\n\t[\n-|\n]|HIDDEN',
    'a\n\tb|c\n-|-\nd|e|HIDDEN',
    '>![\n    <textarea HIDDEN]()',
    `\`\`\`\nx${'\t'.repeat(100)}HIDDEN\n\`\`\``,
    `\`\`\`\nx${(' '.repeat(100) + '\u200b').repeat(3)}HIDDEN\n\`\`\``,
    `\`\`\`\nx${'\u2800'.repeat(500)}HIDDEN\n\`\`\``,
    `\`\`\`\nx${(' '.repeat(119) + '.').repeat(3)}HIDDEN\n\`\`\``,
  ])('%j', (text) => {
    expect(plainText(text)).not.toContain('HIDDEN');
  });

  it.each([
    ['# a|b\n-|-\nc|d|SEEN', '# a|b\n\n-|-\nc|d|SEEN'],
    ['|a|\n---\nb|SEEN', '## |a|\n\nb|SEEN'],
    ['Costs $5 <b>x</b> C:\\Users\\me in US$.\n\nNext', 'Costs [formula].\n\nNext'],
    ['Set `$env:PATH` to `C:\\tools\\bin` and `^foo$`', null],
    ['a\u00a0b', 'a b'],
    ['<textarea> loses *focus*\n\nSEEN', null],
    ['a\n\n<textarea>\nb\n</textarea>\n\nSEEN', null],
    ['[^1]:\nSEEN', 'SEEN'],
    ['<code>a `b` SEEN</code>', '`a `b` SEEN`'],
    ['10.  a\n    # SEEN', '10. a\n    # SEEN'],
    ['> a\n    > SEEN', '> a\n> > SEEN'],
    ['- [ ] [a](b): SEEN\n- [ ] [a] | b', null],
    ['See [a](f(b) SEEN', null],
    ['[Note]: (see below, SEEN)', null],
    ['a [x] https://e.com/`\n\nb', `a [x] https://e.com/\n\n${cut}`],
    ['a\u2028b', 'a\nb'],
    ['```\n\x1b[31mred\x1b[0m\n```', '```\n[31mred[0m\n```'],
  ])('and what is seen of %j', (text, plain) => {
    expect(plainText(text)).toBe(plain ?? text);
  });
});

function msFor(text: string): number {
  const startMs = performance.now();
  plainText(text);
  return performance.now() - startMs;
}

it.each([
  ['<pre>'.repeat(4_000)],
  [`[a]: ${'€'.repeat(32_000)}\n\n${'[a]'.repeat(11_000)}`],
  [`[a]: ${'x'.repeat(20_000)}\n\n${'[a]'.repeat(4_000)}`],
])('is no longer than its source makes sense: %#', (text) => {
  expect(plainText(text).length).toBeLessThan(4 * text.length + 1_000);
});

it('takes time in proportion to the text, however hostile', () => {
  const long = limits.bodyCharsMax / 2;
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
    '$a ',
    '$$',
    '\\x$',
    '$%$',
    '$\\phantom{',
    '```math\n',
    '<pre lang="math">',
    '<sub>',
    '<rp>',
    '<details open="',
    '[^1]:\n',
    '[a\n',
    ' ',
    '&#',
    '$$ ',
    '[a]: (\n',
    '<!a',
    '`',
    '`<',
    '` `` ',
    '<p>\n<!--',
    '<p><!--\n',
    '<!A>',
    '<p><a x=y ',
    '<p "> ',
    '<p>\n\n',
    '```\n<a "',
    'a<!--\n',
    '**a',
    '*a_ ',
    '~a~ ',
    '1. ',
    '- [ ] a\n',
    'a|b|c|d|e|f\n-|-|-|-|-|-\n' + '|\n'.repeat(100),
    '<b x=1>',
    '<b>a\n\n',
    '<table><tr><td>',
    '  a<!--\n',
    '|',
    '|-',
    '|\n|-|\n',
    '|a|\n|-|\n|b|<',
    '][',
    '[^a]:',
    '[ ',
    '[](',
    '](a '.repeat(400) + '\n\n',
  ];
  const texts = parts.flatMap((part) =>
    ['', 'x$ ")]-->'].map((end) => part.repeat(long / part.length) + end),
  );
  // A line whose end could be sought again from each space.
  texts.push(`[a]: x "${' '.repeat(long)}\u2028`);
  const harmless = '[a](b "c") is $x$, **and** <b>d</b>.\n';
  const mayMs =
    30 * Math.min(...[1, 2, 3].map(() => msFor(harmless.repeat(long / harmless.length))));
  // Others use the machine, too: nothing is slow that was quick once.
  const isSlow = (text: string) => [1, 2, 3].every(() => msFor(text) > mayMs);
  expect(texts.filter(isSlow).map((text) => text.slice(0, 20))).toEqual([]);
}, 60_000);
