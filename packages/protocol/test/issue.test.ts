import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { issueHash, limits, readWorkRequest, visibleText } from '../src/index.ts';

const text = fc.string({ unit: 'binary', maxLength: 40 });

describe('issueHash', () => {
  it('differs when title or body does, also when text moves from one to the other', () => {
    fc.assert(
      fc.property(text, text, text, (title, middle, body) => {
        const one = issueHash({ title: title + middle, body });
        const other = issueHash({ title, body: middle + body });
        expect(one === other).toBe(middle === '');
      }),
    );
  });

  it('stays what it was in earlier releases', () => {
    expect(issueHash({ title: 'Rename fooBar', body: 'recipe: rename\nfrom: fooBar\n' })).toBe(
      '020d15c62ebfc237f220c6b713bc5916fa30989bfd3547b21683b0e44ed0ba46',
    );
  });
});

describe('visibleText', () => {
  const cases: [string, string, string][] = [
    ['plain text', 'a b\n\tc', 'a b\n\tc'],
    ['zero width', 'r\u200Be\u200Cc\u200Di\u2060p\uFEFFe', 'recipe'],
    ['bidirectional', 'a\u202Eb\u2066c\u2069\u200Fd', 'abcd'],
    ['tag characters', 'a\u{E0072}\u{E0065}\u{E007F}b', 'ab'],
    ['variation selectors beyond the plane', 'a\u{E0100}b', 'ab'],
    ['variation selectors', 'a\uFE00\uFE01\uFE0Fb', 'ab'],
    ['joiners and blanks that are letters', 'a\u034F\u17B4\u2800b', 'ab'],
    ['a soft hyphen', 'a\u00ADb', 'ab'],
    ['fillers', 'a\u3164\u115F\u1160\uFFA0b', 'ab'],
    ['control characters', 'a\u0000\u0007\u001B\u0085b', 'ab'],
    ['windows line ends', 'a\r\nb', 'a\nb'],
    ['letters of every script', 'größe 変更 ошибка 🐝', 'größe 変更 ошибка 🐝'],
  ];

  it.each(cases)('%s', (_, raw, visible) => {
    expect(visibleText(raw)).toBe(visible);
  });

  it('leaves nothing that a second look would take away', () => {
    const pieces = fc.constantFrom('<!--', '-->', 'a', '\u200B', '\u202E', '\n', ' ');
    fc.assert(
      fc.property(fc.array(pieces), (all) => {
        const once = visibleText(all.join(''));
        expect(visibleText(once)).toBe(once);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves what markdown hides to others', () => {
    expect(visibleText('<!\u200B-- a -->')).toBe('<!-- a -->');
  });
});

describe('readWorkRequest', () => {
  const read = (body: string) => readWorkRequest(visibleText(body));
  const rename = { recipe: 'rename', parameters: { from: 'fooBar', to: 'foo_bar' } };

  it.each([
    'recipe: rename\nfrom: fooBar\nto: foo_bar',
    'Please do this.\n\n```\nrecipe: rename\nfrom: fooBar\nto: foo_bar\n```\nThanks.',
    '  Recipe :  rename  \n\tfrom : fooBar\nto:foo_bar\n\nmore: text',
    'recipe: rename\r\nfrom: fooBar\r\nto: foo_bar\r\n',
    'recipe: rename\nfrom: fooBar\n~~~\nto: foo_bar\nThat is all: really.',
  ])('reads %j', (body) => {
    expect(read(body)).toEqual({ kind: 'request', request: rename });
  });

  it.each(['', 'no request', 'the recipe is: none', 'recipe rename'])(
    'finds none in %j',
    (body) => {
      expect(read(body)).toEqual({ kind: 'none' });
    },
  );

  it.each([
    'recipe:',
    'recipe: Rename',
    'recipe: ../evil',
    'recipe: rename; rm -rf /',
    'recipe: rename\nfrom: a\nfrom: b',
    'recipe: rename\nFrom: a',
    'recipe: rename\n__proto: a\nwith-dash: b',
    `recipe: rename\nfrom: ${'x'.repeat(limits.recipeParameterCharsMax + 1)}`,
    `recipe: rename\n${Array.from({ length: limits.recipeParametersMax + 1 }, (_, at) => `p${at}: x`).join('\n')}`,
  ])('refuses %j', (body) => {
    const expected = body.includes('__proto') ? 'request' : 'invalid';
    expect(read(body).kind).toBe(expected);
  });

  it('takes as much as may be given', () => {
    const lines = Array.from({ length: limits.recipeParametersMax }, (_, at) => {
      return `p${at}: ${'x'.repeat(limits.recipeParameterCharsMax)}`;
    });
    expect(read(`recipe: rename\n${lines.join('\n')}`).kind).toBe('request');
  });

  it('takes time in proportion to the text, however hostile', () => {
    // With backtracking the first of these takes hours.
    const blanks = ' '.repeat(30_000);
    for (const body of [
      `a:${blanks}x${blanks}\u2028y`,
      `a: x${blanks}y`,
      `${blanks}!`,
      `a${blanks}:`,
    ]) {
      expect(read(body)).toEqual({ kind: 'none' });
    }
  }, 5_000);

  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('recipe', ':', ' ', '\n', 'a', '```', '\u2028', '_')),
        (all) => {
          expect(['request', 'none', 'invalid']).toContain(read(all.join('')).kind);
        },
      ),
    );
  });
});
