import fc from 'fast-check';
import { expect, it } from 'vitest';
import { exampleOf } from '../src/actions/example-value.ts';

it.each([
  ['[a-z]+', 'abc'],
  ['[a-z]{1,20}', 'abc'],
  ['[a-z]{2}', 'ab'],
  ['[A-Za-z0-9._/-]{1,40}', 'abc'],
  ['[0-9]+', '1'],
  ['[a-zA-Z][a-zA-Z0-9]{0,39}', 'abcd'],
  [String.raw`v\d+\.\d+\.\d+`, 'v1.1.1'],
  [String.raw`\w+\.js`, 'abc.js'],
  ['src/[a-z]+(?:-[a-z]+)?', 'src/abc-abc'],
  ['(?:oak|elm)s?', 'oaks'],
  ['(?<year>20[0-9]{2})', '2012'],
  ['[A-Z]{2,4}-[0-9]{3,}', 'ABC-123'],
  ['.{1,80}', 'abc'],
  ['[-_]x', '-x'],
])('an example of %s is %s', (pattern, example) => {
  expect(exampleOf(pattern)).toBe(example);
});

it.each(['(?=a)b', '(?!a)b', '[^a]', String.raw`\p{L}+`, String.raw`(a)\1`, '(', '[', '*', ''])(
  'of %s none is made up',
  (pattern) => {
    expect(exampleOf(pattern)).toBeNull();
  },
);

it('whatever is made matches, and whatever the pattern is it ends', () => {
  const piece = fc.constantFrom('[a-z]', '[0-9A-F]', String.raw`\d`, 'x', '(?:a|b)', '(c-d)', '.');
  const times = fc.constantFrom('', '+', '*', '?', '{2}', '{3,}', '{0,5}');
  const patterns = fc.array(
    fc.tuple(piece, times).map((both) => both.join('')),
    { minLength: 1 },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        patterns.map((all) => all.join('')),
        fc.string(),
      ),
      (pattern) => {
        const example = exampleOf(pattern);
        if (example !== null) expect(example).toMatch(new RegExp(`^(?:${pattern})$`, 'u'));
      },
    ),
  );
});
