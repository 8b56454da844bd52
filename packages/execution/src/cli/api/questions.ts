/** Questions to a model, each held to what the operator and the policy allow, and what their answers took. */
import { Transform } from 'node:stream';
import type { ApiName } from './apis.ts';
import { answerTokensMin, bounded, type Fields } from './bounds.ts';
import { mayAsk, modelOf } from './models.ts';
import { ProxyRefusal } from './refusal.ts';
import { type Answered, createTally, unheard } from './tally.ts';
import { createUsageReader, type Usage } from './usage.ts';

export interface QuestionLimits {
  /** In one attempt, read and written. */
  readonly tokensMax: number;
  /** Null: the tool chooses. */
  readonly models: readonly string[] | null;
}

export interface Questions {
  readonly seen: Usage;
  /** Models that were asked for and not let through, for people. */
  readonly refusals: ReadonlySet<string>;
  /** Throws `ProxyRefusal`. */
  ask(path: string, question: Fields): Asking;
}

interface Asking {
  /** As it is to be sent. */
  readonly body: Buffer;
  /** The API has all of it, and works on it although nothing of the answer has come. */
  sent(): void;
  /** The API does not answer it. */
  refused(): void;
  /** The answer begins: what it goes through. */
  watch(contentType: string): Transform;
  /** Nothing comes any more. */
  end(): void;
}

const refusalsMax = 8;

export function createQuestions(
  api: ApiName,
  { tokensMax, models }: QuestionLimits,
  onSeen?: () => void,
): Questions {
  const tally = createTally(tokensMax, onSeen);
  const refusals = new Set<string>();

  function hold(path: string, question: Fields): void {
    const model = modelOf(api, path, question);
    if (mayAsk(model, models)) return;
    const named = model === null ? 'no model' : `the model ${model.slice(0, 80)}`;
    const reason = `it asked ${named}, and this peer lets it ask ${models?.join(', ')}`;
    if (refusals.size < refusalsMax) refusals.add(reason);
    throw new ProxyRefusal(403, reason);
  }

  return {
    get seen() {
      return tally.seen;
    },
    refusals,
    ask(path, question) {
      hold(path, question);
      const before = tally.left();
      const asking = tally.ask(Buffer.byteLength(JSON.stringify(question)));
      let answer: Answered | null = null;
      let isRefused = false;
      const room = before - asking.tokens;
      const bound = bounded(api, path, question, Math.max(room, answerTokensMin));
      if (bound.kind === 'refused' || room < answerTokensMin) {
        asking.end(null);
        const reason =
          bound.kind === 'refused' ? bound.reason : `its ${tokensMax} tokens are used up`;
        throw new ProxyRefusal(403, reason);
      }
      return {
        body: Buffer.from(JSON.stringify(bound.question)),
        sent() {
          answer ??= unheard;
        },
        refused() {
          isRefused = true;
        },
        watch(contentType) {
          const watched = { reader: createUsageReader(api, contentType), whole: false };
          answer = watched;
          return new Transform({
            transform(chunk: Buffer, _, done) {
              watched.reader.add(chunk);
              done(null, chunk);
            },
            flush(done) {
              watched.whole = true;
              done();
            },
          });
        },
        end: () => asking.end(isRefused ? null : answer),
      };
    },
  };
}
