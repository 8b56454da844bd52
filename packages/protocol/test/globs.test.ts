/** Patterns of a policy: what they may hold, and the names that need a backslash. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BzzzError, matchesAny, type Policy, parsePolicy } from '../src/index.ts';

const setup = { run: ['npm', 'ci'], inputs: ['package-lock.json'], provides: ['node_modules'] };
/** A policy with one pattern more, at each place that takes some. */
const places: readonly [string, (pattern: string) => object][] = [
  ['protected', (pattern) => ({ protected: [pattern] })],
  ['allowed', (pattern) => ({ allowed: ['src/**', pattern] })],
  ['judge', (pattern) => ({ judge: [pattern] })],
  ['untrusted.protected', (pattern) => ({ untrusted: { protected: [pattern] } })],
  ['newTests.files', (pattern) => ({ newTests: { files: [pattern] } })],
  ['setup.inputs', (pattern) => ({ setup: { ...setup, inputs: [pattern] } })],
];
const parse = (fields: object): Policy => parsePolicy(JSON.stringify({ version: 1, ...fields }));
const reasonFor = (pattern: string, fieldsWith = places[0]?.[1]): string => {
  try {
    parse(fieldsWith?.(pattern) ?? {});
    return 'it is valid';
  } catch (error) {
    if (!(error instanceof BzzzError)) throw error;
    return `${error.code}: ${error.message}`;
  }
};

describe('a pattern that means something elsewhere and nothing here is refused', () => {
  it.each(places)('in %s', (where, fieldsWith) => {
    expect(reasonFor('secrets/*.{pem,key}', fieldsWith)).toMatch(/^policy_invalid: /);
    expect(reasonFor('secrets/*.{pem,key}', fieldsWith)).toContain(where);
    expect(reasonFor('secrets/*.pem', fieldsWith)).toBe('it is valid');
  });

  it.each([
    ['secrets/*.{pem,key}', 'of choices each is a pattern of its own'],
    ['src/[a-z]*.ts', String.raw`\[ \]`],
    ['*.@(pem|key)', String.raw`\|`],
    ['!src/open.ts', 'no pattern takes back another'],
    ['/infra/**', 'leave out the leading `/`'],
    ['/', 'leave out the leading `/`'],
    ['./infra/**', 'leave out `.`'],
    ['infra/../x', 'leave out `.`, `..`'],
    ['infra//x', 'empty names'],
    ['infra/', 'write `infra/**`'],
    [' infra', 'white space'],
    ['infra/** ', 'white space'],
    [String.raw`infra\*`, String.raw`a \ may only stand before`],
    [String.raw`infra\x`, String.raw`a \ may only stand before`],
    ['infra\\', String.raw`a \ may only stand before`],
    [String.raw`a\\[b]`, String.raw`\[ \]`],
    ['a\nb', 'no control character'],
  ])('%j, and the reason says what to do', (pattern, reason) => {
    expect(reasonFor(pattern)).toContain(reason);
    expect(reasonFor(pattern)).toContain('protected.0');
  });
});

it.each([
  [String.raw`app/\[id\]/*.tsx`, 'app/[id]/page.tsx'],
  [String.raw`app/\[\[...slug\]\]/**`, 'app/[[...slug]]/a/b'],
  [String.raw`\!important`, '!important'],
  [String.raw`a\{b\}\|c`, 'a{b}|c'],
  ['app/(group)/@modal/**', 'app/(group)/@modal/page.tsx'],
  ['?important', '!important'],
  ['.env*', '.env.local'],
  ['...', '...'],
  ['a b/**', 'a b/c'],
])('%j names %j', (pattern, path) => {
  expect(reasonFor(pattern)).toBe('it is valid');
  expect(matchesAny(path, [pattern])).toBe(true);
});

it('names with any characters can be named', () => {
  const name = fc
    .string({
      unit: fc.constantFrom(...'ab.[]{}|!(),@+^$-~# '.split('')),
      minLength: 1,
      maxLength: 12,
    })
    .filter((text) => !/^\.{1,2}$|^\s|\s$/.test(text));
  fc.assert(
    fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), (names) => {
      const path = names.join('/');
      const pattern = path.replaceAll(/[{}[\]|!]/g, String.raw`\$&`);
      expect(reasonFor(pattern)).toBe('it is valid');
      expect(matchesAny(path, [pattern])).toBe(true);
      expect(matchesAny(`${path}x`, [pattern])).toBe(false);
    }),
  );
});
