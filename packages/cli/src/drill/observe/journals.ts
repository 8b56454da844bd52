/** Journals as their peers tell them: what was told is acknowledged, and must be told again ever after. */
import { createHash } from 'node:crypto';
import type { ControlClient, LogLine } from '@bzzz/peer';
import { isBzzzError } from '@bzzz/protocol';
import { type Move, moveOf } from '../judge/moves.ts';

export interface JournalWatch {
  /** Digest by position of all that was told so far. */
  readonly heard: ReadonlyMap<number, string>;
  /** Resolves when everything was heard that stood there at first, or nothing more comes. */
  readonly caughtUp: Promise<void>;
}

/** Hears a journal from its beginning and as it goes on, until the signal or the end of its peer. */
export function watchJournal(
  client: ControlClient,
  length: number,
  signal: AbortSignal,
): JournalWatch {
  const heard = new Map<number, string>();
  const caughtUp = Promise.withResolvers<void>();
  if (length === 0) caughtUp.resolve();
  const follow = async () => {
    try {
      for await (const line of client.logs({ from: 0, follow: true, signal })) {
        heard.set(line.seq, digestOf(line));
        if (line.seq + 1 >= length) caughtUp.resolve();
      }
      caughtUp.resolve();
    } catch (error) {
      // It was killed, which is what a drill is for.
      if (isBzzzError(error)) caughtUp.resolve();
      else caughtUp.reject(error);
    }
  };
  void follow();
  return { heard, caughtUp: caughtUp.promise };
}

export interface WholeJournal {
  readonly kept: ReadonlyMap<number, string>;
  readonly length: number;
  readonly moves: readonly Move[];
}

/** Everything that stands there now. Throws `peer_not_running`, `aborted`. */
export async function readJournal(
  client: ControlClient,
  signal: AbortSignal,
): Promise<WholeJournal> {
  const kept = new Map<number, string>();
  const moves: Move[] = [];
  let length = 0;
  for await (const line of client.logs({ from: 0, signal })) {
    kept.set(line.seq, digestOf(line));
    length = line.seq + 1;
    const move = moveOf(line);
    if (move !== undefined) moves.push(move);
  }
  return { kept, length, moves };
}

function digestOf({ seq, entry }: LogLine): string {
  return createHash('sha256')
    .update(JSON.stringify([seq, entry]))
    .digest('base64url')
    .slice(0, 22);
}
