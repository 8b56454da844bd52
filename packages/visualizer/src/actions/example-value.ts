/**
 * A value that a pattern takes, to show what is asked for: a pattern is no example to a person. What is made is
 * tried against the pattern; where that is not understood there is none. Pure.
 */

/** Null: there is none that this could make. */
export function exampleOf(pattern: string): string | null {
  const reader = { text: pattern, at: 0 };
  const made = readChoice(reader);
  if (made === null || reader.at < pattern.length || made === '') return null;
  try {
    // As the peer reads it: the whole value.
    return new RegExp(`^(?:${pattern})$`, 'u').test(made) ? made : null;
  } catch {
    return null;
  }
}

interface Reader {
  readonly text: string;
  at: number;
}

/** What one part of a pattern can be, for each time that it stands there; null: it is not understood. */
type Part = ((time: number) => string) | null;

/** So many of what may stand often, where they are letters; of others one. */
const lettersCount = 3;
const timesMax = 64;

/** The first of what is divided by bars. */
function readChoice(reader: Reader): string | null {
  const first = readSequence(reader);
  if (first === null) return null;
  while (reader.text[reader.at] === '|') {
    reader.at += 1;
    if (readSequence(reader) === null) return null;
  }
  return first;
}

function readSequence(reader: Reader): string | null {
  let made = '';
  while (reader.at < reader.text.length && !'|)'.includes(reader.text[reader.at] ?? '')) {
    const part = readPart(reader);
    if (part === null) return null;
    const isLetter = /^[a-z]$/i.test(part(0));
    const times = readTimes(reader, isLetter ? lettersCount : 1);
    if (times === null || times > timesMax) return null;
    // Letters that stand behind letters go on in the alphabet.
    const run = isLetter ? (/[a-z]*$/i.exec(made)?.[0].length ?? 0) : 0;
    made += Array.from({ length: times }, (_, time) => part(run + time)).join('');
  }
  return made;
}

function readPart(reader: Reader): Part {
  const { text } = reader;
  const char = text[reader.at] ?? '';
  reader.at += 1;
  if (char === '(') return readGroup(reader);
  if (char === '[') return readClass(reader);
  if (char === '.') return spread(alphabet);
  // The whole is meant anyway.
  if (char === '^' || char === '$') return () => '';
  if (char === '\\') return readEscape(reader);
  return '*+?{}])'.includes(char) ? null : () => char;
}

function readGroup(reader: Reader): Part {
  const kind = /^\?(?::|<[A-Za-z]\w*>)/.exec(reader.text.slice(reader.at))?.[0] ?? '';
  reader.at += kind.length;
  const inner = readChoice(reader);
  if (inner === null || reader.text[reader.at] !== ')') return null;
  reader.at += 1;
  return () => inner;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz';
const digits = '1234567890';

/** One after the other, so that it is seen that several may stand there. */
function spread(chars: string): Part {
  return chars === '' ? null : (time) => chars[time % chars.length] ?? '';
}

function readEscape(reader: Reader): Part {
  const chars = escaped(reader);
  return chars === null ? null : spread(chars);
}

/** What stands after a backslash can be; null: it is not understood. */
function escaped(reader: Reader): string | null {
  const char = reader.text[reader.at] ?? '';
  reader.at += 1;
  if (char === 'd') return digits;
  if (char === 'w') return alphabet;
  if (char === 's') return ' ';
  return /^[A-Za-z0-9]?$/.test(char) ? null : char;
}

/** Letters before digits, small ones first, then whatever it is. */
function readClass(reader: Reader): Part {
  const { text } = reader;
  if (text[reader.at] === '^') return null;
  let all = '';
  while (reader.at < text.length && text[reader.at] !== ']') {
    const first = text[reader.at] ?? '';
    reader.at += 1;
    const chars = first === '\\' ? escaped(reader) : first;
    if (chars === null) return null;
    const last = text[reader.at + 1];
    const isRange = text[reader.at] === '-' && last !== undefined && last !== ']';
    if (!isRange) all += chars;
    else {
      if (chars.length !== 1 || last === '\\') return null;
      reader.at += 2;
      all += between(chars, last);
    }
  }
  if (text[reader.at] !== ']') return null;
  reader.at += 1;
  const ranked = [/[a-z]/, /[A-Z]/, /[1-9]/, /./].map((rank) =>
    Array.from(all).filter((char) => rank.test(char)),
  );
  return spread((ranked.find((chars) => chars.length > 0) ?? []).join(''));
}

function between(first: string, last: string): string {
  const from = first.charCodeAt(0);
  const count = Math.min(digits.length + alphabet.length, last.charCodeAt(0) - from + 1);
  return Array.from({ length: Math.max(0, count) }, (_, at) => String.fromCharCode(from + at)).join(
    '',
  );
}

/** How often the part before stands there; `often`: where it may as often as anybody likes. */
function readTimes(reader: Reader, often: number): number | null {
  const rest = reader.text.slice(reader.at);
  const sign = /^(?:[*+?]|\{(\d+)(,(\d*))?\})\??/.exec(rest);
  if (sign === null) return 1;
  reader.at += sign[0].length;
  const [whole, least = '', range, most = ''] = sign;
  if (whole.startsWith('?')) return 1;
  if (least === '') return often;
  const min = Number(least);
  if (range === undefined) return min;
  return Math.min(most === '' ? Infinity : Number(most), Math.max(min, often));
}
