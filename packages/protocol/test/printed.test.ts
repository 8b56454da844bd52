/** What a command prints harms nobody who looks at it. */
import { expect, it } from 'vitest';
import { printedText } from '../src/index.ts';

it.each([
  ['the mark of Arabic letters', '\u061c'],
  ['a separator of lines', '\u2028'],
  ['a separator of paragraphs', '\u2029'],
  ['tags, which a model reads', '\u{e0041}\u{e007f}'],
  ['what turns the direction', '\u202e\u2066'],
  ['what has no width', '\u200b\u2060\ufeff'],
  ['controls', '\x00\x07\x0b\x7f\x9b'],
])('%s goes', (_, hidden) => {
  expect(printedText(`a${hidden}b`)).toBe('ab');
});

it('letters, pictures, tabs and ends of lines stay', () => {
  expect(printedText('grün 漢 عربي 🐝\tx\r\ny\n')).toBe('grün 漢 عربي 🐝\tx\ny\n');
});
