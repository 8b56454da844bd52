import { printedText } from '@bzzz/protocol';
import { lastChars } from './cut.ts';

/** Counts what a command prints and keeps only its end. */
export interface OutputTail {
  /** Bytes seen so far. */
  readonly bytes: number;
  add(chunk: Uint8Array): void;
  /** The last lines, at most 4 KiB of UTF-8, without control characters. */
  text(note?: string): string;
}

export const tailBytesMax = 4096;
/** Kept before cleaning, since escape sequences take room and then vanish. */
const rawBytesMax = 4 * tailBytesMax;

export function createOutputTail(): OutputTail {
  let kept: Buffer = Buffer.alloc(0);
  let bytes = 0;
  return {
    get bytes() {
      return bytes;
    },
    add(chunk) {
      bytes += chunk.byteLength;
      kept = Buffer.concat([kept, chunk]).subarray(-rawBytesMax);
    },
    text(note) {
      const lines = printedText(kept.toString('utf8')).trimEnd();
      const ending = note === undefined ? '' : `${lines === '' ? '' : '\n'}[bzzz] ${note}`;
      return lastBytes(lines, tailBytesMax - Buffer.byteLength(ending)) + ending;
    },
  };
}

/** The end of a text that fits, from the start of a line where there is one. */
function lastBytes(text: string, bytesMax: number): string {
  const bytes = Buffer.from(text, 'utf8');
  if (bytes.byteLength <= bytesMax) return text;
  // A character that was cut in two decodes to replacement characters: drop those.
  const end = bytes
    .subarray(-bytesMax)
    .toString('utf8')
    .replace(/^\uFFFD+/, '');
  const lineBreak = end.indexOf('\n');
  return lineBreak === -1 ? lastChars(text, end.length) : end.slice(lineBreak + 1);
}
