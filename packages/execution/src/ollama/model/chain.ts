/** The models that an attempt may ask, the best first. One that fails is not asked again. */
import type { ModelName } from '@bzzz/protocol';
import type { Answer } from './ask.ts';
import { ModelFailure } from './failure.ts';

export interface Chain {
  /** Whom the next question goes to; null: all have failed. */
  readonly model: ModelName | null;
  /** What was asked was wrong: no other model could answer it either. */
  readonly wrong: boolean;
  /** What went wrong so far, for people. */
  readonly failures: readonly string[];
  /** Null: nobody can answer any more. Throws what is no `ModelFailure`. */
  ask(question: (model: ModelName) => Promise<Answer>): Promise<Answer | null>;
}

export function createChain(models: readonly ModelName[]): Chain {
  const failures: string[] = [];
  let left = [...models];
  let wrong = false;
  const failed = (model: ModelName, { remedy, message }: ModelFailure) => {
    failures.push(`${model}: ${message}`);
    wrong ||= remedy === 'none';
    left = wrong ? [] : left.slice(1);
  };
  return {
    get model() {
      return left[0] ?? null;
    },
    get wrong() {
      return wrong;
    },
    failures,
    async ask(question) {
      for (let model = left[0]; model !== undefined; model = left[0]) {
        const asked = model;
        try {
          return await twice(() => question(asked));
        } catch (error) {
          if (!(error instanceof ModelFailure)) throw error;
          failed(asked, error);
        }
      }
      return null;
    },
  };
}

/** A stream that was cut is asked for once more; cut again, the fault is not chance. */
async function twice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ModelFailure && error.remedy === 'again') return await work();
    throw error;
  }
}
