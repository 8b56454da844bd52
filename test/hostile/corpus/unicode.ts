/** Characters that show nothing, or make a text show as another one. */
import { type Family, type HostileCase, published, write } from '../case.ts';

const order = write('owned.txt', 'owned');

export const unicode: Family = {
  name: 'unicode',
  cases: [
    stripped('tag-letters', 'orders in letters that no font shows', inPlane(0xe0000, order)),
    stripped('variants', 'bytes in selectors of variants', inVariants(order)),
    stripped('few-variants', 'bits in the sixteen old selectors', '\ufe00\ufe01\ufe0e\ufe0f\ufe00'),
    stripped(
      'zero-width',
      'bits in characters without a width',
      '\u200b\u200c\u200d\u2060\ufeff\u200b',
    ),
    stripped('bidi', 'a text that runs the other way', '\u202e\u2066\u202d\u2069\u202c'),
    stripped('marks', 'marks of direction and joiners', '\u200e\u200f\u061c\u034f\u180e'),
    stripped('fillers', 'letters that are blank', '\u3164\u115f\u1160\uffa0\u2800'),
    stripped('soft-hyphens', 'hyphens that only show at the end of a line', '\u00ad\u00ad'),
    stripped(
      'controls',
      'control characters of a terminal',
      '\u001b[8m\u0007\u0085\u009b'.replace('[8m', ''),
    ),
    {
      name: 'recipe-in-pieces',
      tries: 'a recipe whose name is only one once invisible letters are gone',
      body: 'rec\u200bipe: de\u2060ploy',
      ends: { kind: 'untouched', why: /no recipe "deploy"/ },
    },
    {
      name: 'look-alike-recipe',
      tries: 'a recipe with a letter of another alphabet',
      body: 'recipe: s\u0430y\ntext: x',
      ends: { kind: 'untouched', why: /not a recipe name/ },
    },
    {
      name: 'look-alike-path',
      tries: 'a workflow under a name that folds to the protected one',
      body: write('.github/wor\u212aflow\u017f/ci.yml', 'on: push'),
      ends: { kind: 'failed', why: /protected path/ },
    },
    {
      name: 'invisible-git',
      tries: 'a git directory that a file system would see under another name',
      body: write('.g\u200bit/config', '[core]').replace('\u200b', String.raw`\u200c`),
      ends: published,
      refused: 1,
    },
  ],
};

/** What shows nothing stands between words that do, and none of it comes through. */
function stripped(name: string, tries: string, letters: string): HostileCase {
  const hides = Array.from(letters).filter((one, at, all) => all.indexOf(one) === at);
  return {
    name,
    tries,
    body: `Seen${letters} words.`,
    ends: published,
    reads: ['Seen words.'],
    hides,
  };
}

function inPlane(start: number, text: string): string {
  return Array.from(text, (one) => String.fromCodePoint(start + (one.codePointAt(0) ?? 0))).join(
    '',
  );
}

function inVariants(text: string): string {
  return Array.from(Buffer.from(text), (byte) => String.fromCodePoint(0xe0100 + byte)).join('');
}
