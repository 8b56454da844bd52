/**
 * Cuts text of programs and models where it is too long, and never within what could be a token: half of one is
 * not known for a secret when it is masked afterwards.
 */
const ofToken = /[\w+/=.~-]/;
/** Shorter than this, a part of one is of no use. */
const partCharsMax = 11;

/** The beginning of it, at most so long. */
export function firstChars(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const end = runFrom(text, charsMax, -1);
  const isPart = charsMax - end > partCharsMax && isOfToken(text, charsMax);
  return text.slice(0, isPart ? end : charsMax);
}

/** The end of it, at most so long. What is one run without an end is no token. */
export function lastChars(text: string, charsMax: number): string {
  if (text.length <= charsMax) return text;
  const cut = text.length - charsMax;
  const start = runFrom(text, cut, 1);
  const isPart = start - cut > partCharsMax && start < text.length && isOfToken(text, cut - 1);
  return text.slice(isPart ? start : cut);
}

/** Where the characters of a token end that stand before (-1) or after a place. */
function runFrom(text: string, place: number, step: 1 | -1): number {
  let at = place;
  while (isOfToken(text, step === 1 ? at : at - 1)) at += step;
  return at;
}

function isOfToken(text: string, at: number): boolean {
  return ofToken.test(text[at] ?? ' ');
}
