/** What was printed as the page shows it: pieces as they came, each with the run that printed it. Pure. */
import type { OutputAnswer } from '@bzzz/protocol/api';

/** One run of one attempt on one peer: after a takeover or a retry it is another. */
export interface Run {
  readonly key: string;
  readonly peer: string | null;
  readonly epoch: number;
  readonly attempt: number;
}

/** A part of the output, as it came. */
interface Piece {
  readonly key: string;
  readonly run: Run;
  readonly text: string;
  /** What the same run printed before it is not there. */
  readonly gap: boolean;
}

export interface Shown {
  readonly pieces: readonly Piece[];
  readonly last: OutputAnswer | null;
  /** Why nothing comes; null: nothing is wrong. */
  readonly trouble: string | null;
}

export const nothingShown: Shown = { pieces: [], last: null, trouble: null };

/** On a page that is open for days. */
const shownCharsMax = 128 * 1024;

export function joined({ pieces }: Shown, answer: OutputAnswer): Shown {
  const { output, peer } = answer;
  const shown = { last: answer, trouble: null };
  if (output === null) return { pieces, ...shown };
  const { position, text, skipped, epoch, attempt } = output;
  const before = pieces.at(-1)?.run;
  // The first number of a position is that of the run, which its peer gave it.
  const key = `${peer} ${position.split('.')[0]}`;
  const isNew = before?.key !== key;
  // A run that has printed nothing yet stands there all the same: what is above is not its.
  if (text === '' && (!isNew || before === undefined)) return { pieces, ...shown };
  const piece: Piece = {
    key: `${peer} ${position}`,
    run: isNew ? { key, peer, epoch, attempt } : before,
    text,
    // Of another run everything that was asked for is skipped.
    gap: skipped && !isNew,
  };
  return { pieces: bounded([...pieces, piece]), ...shown };
}

/** The pieces with the run to be named above each, where there are several. */
export function headed(
  pieces: readonly Piece[],
): readonly (Piece & { readonly begins: boolean })[] {
  const isOne = pieces.every(({ run }) => run.key === pieces[0]?.run.key);
  return pieces.map((piece, at) => ({
    ...piece,
    begins: !isOne && pieces[at - 1]?.run.key !== piece.run.key,
  }));
}

function bounded(pieces: readonly Piece[]): readonly Piece[] {
  let chars = 0;
  const from = pieces.findLastIndex(({ text }) => {
    chars += text.length;
    return chars > shownCharsMax;
  });
  return pieces.slice(from + 1);
}
