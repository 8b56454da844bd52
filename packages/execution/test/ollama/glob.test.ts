import { matchesAny } from '@bzzz/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { matchesGlob } from '../../src/ollama/files/glob.ts';

it.each([
  ['src/a.ts', 'src/*.ts', true],
  ['src/deep/a.ts', 'src/*.ts', false],
  ['src/deep/a.ts', 'src/**/*.ts', true],
  ['src/a.ts', 'src/**/*.ts', true],
  ['src/deep/a.ts', '*.ts', true],
  ['src/deep/a.ts', '**', true],
  ['src/deep/a.ts', 'src/**', true],
  ['src', 'src/**', true],
  ['a.ts', '?.ts', true],
  ['ab.ts', '?.ts', false],
  ['a/b/c/b/d', 'a/**/b/d', true],
  ['a(b)[c]+.ts', 'a(b)[c]+.ts', true],
  ['axts', 'a.ts', false],
  ['', '*', true],
])('%j fits %j: %s', (path, glob, fits) => {
  expect(matchesGlob(path, glob)).toBe(fits);
});

it('means what the patterns of a policy mean', () => {
  const item = fc.constantFrom('a', 'b', '/', '*', '**/', '?');
  const text = fc.array(item, { minLength: 1, maxLength: 10 }).map((parts) => parts.join(''));
  // Where both define it: a slash in the pattern, `**` only as a folder.
  const glob = text.filter((text) => /\//.test(text) && !/\*\*(?!\/)|[^/]\*\*/.test(text));
  const path = fc.array(fc.constantFrom('a', 'b', '/')).map((parts) => parts.join(''));
  fc.assert(
    fc.property(path, glob, (path, glob) => {
      expect(matchesGlob(path, glob)).toBe(matchesAny(path, [glob]));
    }),
    { numRuns: 2_000 },
  );
});

it('takes no longer for a pattern that was made to take long', () => {
  const startMs = process.cpuUsage().user;
  expect(matchesGlob('a'.repeat(255), `${'*a'.repeat(100)}b`)).toBe(false);
  expect(matchesGlob('a/'.repeat(500), `${'**/a/'.repeat(40)}b`)).toBe(false);
  // A pattern that backtracks would take years.
  expect(process.cpuUsage().user - startMs).toBeLessThan(5_000_000);
});
