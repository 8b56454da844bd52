/** Where the next one stands; asked for places that only grow, so that the text is looked through once. */
export function finder(text: string, pattern: RegExp): (from: number) => Found {
  let found = { at: -1, length: 0 };
  return (from) => {
    if (found.at < from) {
      pattern.lastIndex = from;
      const match = pattern.exec(text);
      found = { at: match?.index ?? text.length, length: match?.[0].length ?? 0 };
    }
    return found;
  };
}

interface Found {
  readonly at: number;
  readonly length: number;
}
