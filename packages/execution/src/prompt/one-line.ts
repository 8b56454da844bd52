import { firstChars } from '../cut.ts';

/** Text of somebody else in a reason: one line without control characters, and not long. */
export function oneLine(text: string, charsMax = 160): string {
  const line = text.replaceAll(
    /[\s\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069]+/g,
    ' ',
  );
  return firstChars(line.trim(), charsMax);
}
