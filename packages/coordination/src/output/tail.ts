/**
 * The end of what an attempt printed, by lines, so that whoever reads it never sees the half of a secret. A place
 * in it is counted in characters of the whole, which stays true when the beginning is let go.
 */
import { printedText } from '@bzzz/protocol';

export interface Tail {
  /** The first place that is kept, and the one after the last. */
  from(): number;
  to(): number;
  add(text: string): void;
  /** Nothing more comes: what waits for the end of its line is shown. */
  end(): void;
  /** What stands between two places, as far as it is kept. */
  between(from: number, to: number): string;
}

/** A line that is longer is shown before it ends. */
const lineCharsMax = 8 * 1024;

export function createTail(charsMax: number): Tail {
  let kept = '';
  let before = 0;
  let waiting = '';

  function show(text: string): void {
    kept += printedText(text);
    if (kept.length <= charsMax) return;
    const over = kept.length - charsMax;
    const lineEnd = kept.indexOf('\n', over - 1);
    const cut = lineEnd === -1 ? over : lineEnd + 1;
    before += cut;
    kept = kept.slice(cut);
  }

  return {
    from: () => before,
    to: () => before + kept.length,
    add(text) {
      waiting += text;
      // Of a line break of two characters the second may still come.
      const whole = waiting.endsWith('\r') ? waiting.slice(0, -1) : waiting;
      const ends = Math.max(whole.lastIndexOf('\n'), whole.lastIndexOf('\r')) + 1;
      const isLong = waiting.length - ends > lineCharsMax;
      // Between words, of which a secret is one.
      const cut = isLong ? waiting.search(/\s\S*$/) + 1 : ends;
      const shown = isLong && cut === 0 ? waiting.length : cut;
      show(waiting.slice(0, shown));
      waiting = waiting.slice(shown);
    },
    end() {
      show(waiting);
      waiting = '';
    },
    between: (from, to) => kept.slice(Math.max(0, from - before), Math.max(0, to - before)),
  };
}
