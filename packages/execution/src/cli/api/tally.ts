/** Tokens of one attempt, by what the model API says, against what the policy allows. */
import type { Usage, UsageReader } from './usage.ts';

export interface Tally {
  /** What the API told, and what answers took that the tool did not hear to their end, estimated. */
  readonly seen: Usage;
  /** Of what may still be read and written, less what is asked now. */
  left(): number;
  /** A question of so many bytes is asked. `end` once, whatever becomes of it; null: the API took no part in it. */
  ask(bytes: number): { readonly tokens: number; end(answer: Answered | null): void };
}

export interface Answered {
  readonly reader: Pick<UsageReader, 'told' | 'bytes' | 'isStream'>;
  /** The API gave all of it. */
  readonly whole: boolean;
}

/** Nobody heard a word of it; the API has read the question. */
export const unheard: Answered = {
  reader: { told: () => null, bytes: 0, isStream: false },
  whole: false,
};

/** As text is cut into tokens, about. */
const bytesPerToken = 4;
/** An event is little text and much around it. */
const bytesPerStreamedToken = 64;

export function createTally(tokensMax: number, onSeen: () => void = () => undefined): Tally {
  let seen: Usage = { read: 0, written: 0 };
  /** Of answers whose servers do not count: they bound what is asked, and are told to nobody. */
  let uncounted = 0;
  let asking = 0;
  return {
    get seen() {
      return seen;
    },
    left: () => tokensMax - seen.read - seen.written - uncounted - asking,
    ask(bytes) {
      const tokens = Math.ceil(bytes / bytesPerToken);
      asking += tokens;
      return {
        tokens,
        end(answer) {
          asking -= tokens;
          if (answer === null) return;
          const told = answer.reader.told();
          const guess = guessOf(answer.reader, tokens);
          if (told === null && answer.whole) {
            uncounted += guess.read + guess.written;
            return;
          }
          // Who leaves before the end does not hear how much it was.
          const took = answer.whole && told !== null ? told : most(told, guess);
          seen = { read: seen.read + took.read, written: seen.written + took.written };
          onSeen();
        },
      };
    },
  };
}

function guessOf({ bytes, isStream }: Answered['reader'], read: number): Usage {
  return { read, written: Math.ceil(bytes / (isStream ? bytesPerStreamedToken : bytesPerToken)) };
}

/** What was told of the question is known at once, and better than any guess. */
function most(told: Usage | null, guess: Usage): Usage {
  if (told === null) return guess;
  const read = told.read === 0 ? guess.read : told.read;
  return { read, written: Math.max(told.written, guess.written) };
}
