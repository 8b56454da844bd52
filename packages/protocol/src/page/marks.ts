/** What stands for something until the words are done. No text has them: they are no characters, and what has one loses it. */
export const marks = {
  /** On both sides of the number of a piece of code. */
  code: '\uFDD0',
  /** The rest of the page is left out. */
  cut: '\uFDD1',
  /** A blank that is none to markdown. */
  blank: '\uFDD2',
  /** The end of a line that is none to markdown. */
  line: '\uFDD6',
  /** A letter that shows nothing, and is one to markdown. */
  unseen: '\uFDD3',
  /** What stands from here to its end may be drawn, and may be words. */
  formula: '\uFDD4',
  formulaEnd: '\uFDD5',
} as const;

const any = new RegExp(`[${Object.values(marks).join('')}]`, 'g');

export function unmarked(text: string): string {
  return text.replaceAll(any, '');
}
