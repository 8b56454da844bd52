/** Text that is cut before it is masked. */
import { describe, expect, it } from 'vitest';
import { firstChars, lastChars } from '../src/cut.ts';
import { createOutputTail, tailBytesMax } from '../src/output-tail.ts';
import { oneLine } from '../src/prompt/one-line.ts';
import { maskSecrets } from '../src/secrets.ts';

/** In parts, so that this file itself is clean. */
const token = ['ghp', 'wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO2z5Fqk'].join('_');

describe('a text that is cut', () => {
  it.each([
    ['short', 10, 'short'],
    ['one two three', 9, 'one two t'],
    ['one two three', 7, 'one two'],
    [`key: ${token} there`, 30, 'key: '],
    [`key: ${token} there`, 5 + token.length, `key: ${token}`],
    [`key: ${token} there`, 12, 'key: ghp_wWP'],
    [token, 30, ''],
  ])('%j at %i shows no part of a token at its end', (text, charsMax, cut) => {
    expect(firstChars(text, charsMax)).toBe(cut);
  });

  it.each([
    ['short', 10, 'short'],
    ['one two three', 9, 'two three'],
    [`there ${token} is`, 30, ' is'],
    [`there ${token} is`, 3 + token.length, `${token} is`],
    [`there ${token} is`, 8, '6LO2z5Fqk is'.slice(-8)],
    ['x'.repeat(50), 30, 'x'.repeat(30)],
  ])('%j from %i before its end shows none at its beginning', (text, charsMax, cut) => {
    expect(lastChars(text, charsMax)).toBe(cut);
  });
});

it('what is shown of a model or a command holds no part of a token that is masked as a whole', async () => {
  const part = token.slice(4, 24);
  for (let before = 100; before < 160; before += 1) {
    const said = oneLine(
      `${'a '.repeat(before / 2)}${token} and more words, so that it is too long for one line${' b'.repeat(50)}`,
    );
    expect(await maskSecrets(said)).not.toContain(part);
  }
  for (let after = tailBytesMax - 45; after < tailBytesMax; after += 1) {
    const tail = createOutputTail();
    tail.add(Buffer.from(`begin ${token}${' '.repeat(after)}x`));
    expect(await maskSecrets(tail.text())).not.toContain(token.slice(-20));
  }
});
