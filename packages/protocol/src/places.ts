/** What stands between parentheses behind `[words]`: the place that a link leads to, and its title. */
import { finder } from './finder.ts';

interface Place {
  readonly address: string;
  readonly end: number;
}

const angled = /<[^<>\n]*>/y;
const inset = /\s*/y;
const title = /\s+(?:"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|\((?:[^()\\]|\\[^])*\))\s*\)/y;
const wordCharsMax = 2_048;
/** Further on a blank line changes nothing any more. */
const blankWithin = 2_000;

/** Of `(place "title")` at an index; undefined: there is none. Asked for indexes that only grow. */
export function placesIn(text: string): (at: number) => Place | undefined {
  const last = text.lastIndexOf(')');
  const pairs = pairsIn(text, '(', ')');
  const nextSpace = finder(text, /\s/g);

  function wordAt(at: number): { from: number; end: number; closed: boolean } {
    const from = at + 1 + lengthAt(inset, text, at + 1);
    const first = text[from] ?? '';
    if (first === '<') return { from, end: from + lengthAt(angled, text, from), closed: false };
    if (first === '' || first === '"' || first === "'") return { from, end: from, closed: false };
    // A word ends before a parenthesis that was not opened in it.
    const end = Math.min(nextSpace(from).at, from + wordCharsMax);
    const close = pairs.get(at) ?? end;
    return { from, end: Math.min(close, end), closed: close < end };
  }

  return (at) => {
    // Without an end nothing of it has to be looked at.
    if (at > last || text[at] !== '(') return undefined;
    const { from, end, closed } = wordAt(at);
    const address = text.slice(from, end);
    if (closed) return { address, end: end + 1 };
    const titled = lengthAt(title, text, end);
    if (titled > 0) return { address, end: end + titled };
    const blank = /\n[ \t]*\n/.exec(text.slice(end, end + blankWithin));
    // It is no link then, but what a sloppier reader takes for one.
    const before = blank === null ? text.length : end + blank.index;
    const close = text.slice(end, before).indexOf(')');
    return close === -1 ? undefined : { address, end: end + close + 1 };
  };
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** From each opening one to the one that closes it. */
export function pairsIn(text: string, opens: string, closes: string): Map<number, number> {
  const pairs = new Map<number, number>();
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === opens) open.push(at);
    else if (text[at] === closes) {
      const start = open.pop();
      if (start !== undefined) pairs.set(start, at);
    }
  }
  return pairs;
}
