/** What an attempt may cost. Held outside of the model, which cannot talk anybody into more. */

import type { PromptJob } from '@bzzz/coordination';
import type { ModelName, Spent } from '@bzzz/protocol';
import type { Answer } from '../model/ask.ts';

export interface Budget {
  /** Null: no model has answered. */
  readonly spent: Spent | null;
  /** Of what may still be read and written. */
  readonly tokensLeft: number;
  /** Why nothing more may be asked; null: it may. `tokens`: what the next question takes, about. */
  objection(tokens: number): string | null;
  /** What the server did not count is taken as it was estimated. */
  add(model: ModelName, answer: Answer, estimate: { read: number; written: number }): void;
}

/** All of it is counted or estimated here. */
interface Counted extends Spent {
  readonly turns: number;
  readonly tokensRead: number;
  readonly tokensWritten: number;
}

/** Fewer are no answer. */
const answerTokensMin = 16;

export function createBudget({
  turnsMax,
  tokensMax,
}: Pick<PromptJob, 'turnsMax' | 'tokensMax'>): Budget {
  let spent: Counted | null = null;
  const left = () => tokensMax - (spent?.tokensRead ?? 0) - (spent?.tokensWritten ?? 0);
  return {
    get spent() {
      return spent;
    },
    get tokensLeft() {
      return left();
    },
    objection(tokens) {
      if ((spent?.turns ?? 0) >= turnsMax) return `it had ${turnsMax} answers and was not done`;
      if (left() < tokens + answerTokensMin) return `its ${tokensMax} tokens are used up`;
      return null;
    },
    add(model, { tokensRead, tokensWritten }, estimate) {
      spent = {
        executor: 'ollama',
        model,
        costUsd: null,
        turns: (spent?.turns ?? 0) + 1,
        tokensRead: (spent?.tokensRead ?? 0) + (tokensRead ?? estimate.read),
        tokensWritten: (spent?.tokensWritten ?? 0) + (tokensWritten ?? estimate.written),
      };
    },
  };
}
