/** How the window of a model is divided. */
import type { ModelDetails } from './catalogue.ts';

export interface Window {
  /** All of it, as the server is asked to make it. */
  readonly tokens: number;
  /** What is sent may take so much of it. */
  readonly questionTokensMax: number;
  readonly answerTokensMax: number;
  /** One result of a tool, so that several fit. */
  readonly resultCharsMax: number;
}

/** Of a model that does not tell; every one that can use tools has as much. */
const usualTokens = 8_192;
const answerTokensMax = 8_192;
const resultCharsMax = 16_000;

export function windowOf(details: ModelDetails | null, contextTokensMax: number): Window {
  const tokens = Math.min(details?.contextTokens ?? usualTokens, contextTokensMax);
  const answer = Math.min(answerTokensMax, Math.floor(tokens / 3));
  return {
    tokens,
    questionTokensMax: tokens - answer,
    answerTokensMax: answer,
    // A sixth of the window, at three and a half characters a token.
    resultCharsMax: Math.min(resultCharsMax, Math.floor((tokens / 6) * 3.5)),
  };
}
