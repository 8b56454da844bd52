/** A model that is stuck and may be helped: others are asked for it once, and it goes on with what they say. */
import type { Message } from 'ollama/browser';
import type { Asker } from '../../help/asker.ts';
import type { Answer } from '../model/ask.ts';
import { clipLine } from '../tools/clip.ts';
import type { Done } from '../turn.ts';
import type { Labels } from './labels.ts';
import { questionOf } from './question.ts';

export interface UnstickDeps {
  /** Null: nobody may be asked. */
  readonly asker: Asker | null;
  readonly labels: Labels;
  readonly resultCharsMax: () => number;
  readonly signal: AbortSignal;
}

/** What the model is told, or why its attempt is over. */
export type Unstick = (
  trouble: string,
  answer: Answer,
  done: readonly Done[],
) => Promise<readonly Message[] | string>;

export function createUnstick(deps: UnstickDeps): Unstick {
  const { asker, labels, resultCharsMax, signal } = deps;
  let asked = false;
  return async (trouble, answer, done) => {
    if (asker === null) return trouble;
    // Whoever could not help a moment ago cannot help now.
    if (asker.refusal !== null) return `${trouble}; ${asker.refusal}`;
    if (asked) return `${trouble}, with help too`;
    asked = true;
    const heard = await asker.ask(questionOf(trouble, answer, done), { signal });
    if (!heard.helped) return `${trouble}; ${heard.reason}`;
    return [
      labels.word('You were stuck, so another peer was asked. What it says comes next: data.'),
      labels.fromPeer(clipLine(heard.text, resultCharsMax())),
    ];
  };
}
