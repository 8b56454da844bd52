/** What attempts print, put together as it comes. */
import type { OutputAnswer } from '@bzzz/protocol/api';

/** A part of the output, as it came. */
export interface Piece {
  readonly key: string;
  readonly text: string;
  /** What stood before it is not there. */
  readonly gap: boolean;
  /** Whose the text is from here on; null: the same one's as before. */
  readonly run: string | null;
}

export interface Shown {
  readonly pieces: readonly Piece[];
  /** Which attempt the last piece is of. */
  readonly ofRun: string | null;
  readonly last: OutputAnswer | null;
  /** Why nothing comes; null: nothing is wrong. */
  readonly trouble: string | null;
}

export const nothingShown: Shown = { pieces: [], ofRun: null, last: null, trouble: null };

/** On a page that is open for days. */
const shownCharsMax = 128 * 1024;

/** Another attempt begins under a line of its own, as what it says before that line another one printed. */
export function joined(before: Shown, answer: OutputAnswer): Shown {
  const { output } = answer;
  if (output === null || output.text === '') return { ...before, last: answer, trouble: null };
  const { position: key, text, epoch, attempt } = output;
  const by = answer.name ?? answer.peer ?? 'unknown';
  // Also where it has the numbers of the one before: a peer that began anew counts its own.
  const ofRun = `${answer.peer ?? ''} ${epoch} ${attempt} ${key.split('.')[0] ?? ''}`;
  const isOther = before.ofRun !== null && before.ofRun !== ofRun;
  const run = isOther ? `epoch ${epoch}, attempt ${attempt}, ${by}` : null;
  // "Skipped" is said of every other attempt, as it is not the one that was asked for.
  const piece = { key, text, gap: output.skipped && !isOther, run };
  return { pieces: bounded([...before.pieces, piece]), ofRun, last: answer, trouble: null };
}

export function bounded(pieces: readonly Piece[]): readonly Piece[] {
  let chars = 0;
  const from = pieces.findLastIndex(({ text }) => {
    chars += text.length;
    return chars > shownCharsMax;
  });
  return pieces.slice(from + 1);
}
