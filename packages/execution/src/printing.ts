/** What whoever watches an attempt is told beside what its commands print. */
import { oneLine } from './prompt/one-line.ts';

const argvCharsMax = 500;

/** A command that begins now, as people would have typed it. */
export function commandLineText(argv: readonly string[]): string {
  return `$ ${oneLine(argv.join(' '), argvCharsMax)}\n`;
}
