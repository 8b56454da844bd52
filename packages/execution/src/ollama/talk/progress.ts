/**
 * Tells whether a model gets anywhere. A model that does not is told so once; when it goes on in the
 * same way, its attempt is over. Whatever it changes or learns for the first time counts as progress.
 */
import { createHash } from 'node:crypto';

/** One call, and what came of it. */
export interface Seen {
  /** Equal for the same call with the same result. */
  readonly same: string;
  /** Equal for what a model knows or has done already; null: nothing that counts, such as an error. */
  readonly news: string | null;
}

export type Verdict =
  | { readonly kind: 'going' }
  /** To be told to the model. */
  | { readonly kind: 'nudge'; readonly text: string }
  | { readonly kind: 'stuck'; readonly reason: string };

const repeatsMax = 3;
const idleTurnsMax = 6;
const silentMax = 3;

export function createProgress(): (calls: readonly Seen[]) => Verdict {
  const known = new Set<string>();
  let last = '';
  let repeats = 0;
  let idleTurns = 0;
  let silent = 0;
  let nudged = false;

  function count(calls: readonly Seen[]): boolean {
    silent = calls.length === 0 ? silent + 1 : 0;
    let news = false;
    for (const call of calls) {
      repeats = call.same === last ? repeats + 1 : 1;
      last = call.same;
      const key =
        call.news === null ? null : createHash('sha256').update(call.news).digest('base64');
      if (key === null || known.has(key)) continue;
      known.add(key);
      news = true;
    }
    idleTurns = news ? 0 : idleTurns + 1;
    return news;
  }

  function trouble(): string | null {
    if (repeats >= repeatsMax)
      return `made the same call ${repeatsMax} times, with the same result`;
    if (silent >= silentMax) return `answered ${silentMax} times without calling a tool`;
    return idleTurns >= idleTurnsMax
      ? `neither changed nor learnt anything in ${idleTurnsMax} answers`
      : null;
  }

  /** The calls of one answer. */
  return (calls) => {
    if (count(calls)) nudged = false;
    const what = trouble();
    if (what === null) return { kind: 'going' };
    if (nudged) return { kind: 'stuck', reason: `the model is stuck: it ${what}` };
    nudged = true;
    [last, repeats, idleTurns, silent] = ['', 0, 0, 0];
    const text = `You ${what}. Do something else: look elsewhere, try another change, or call \`finish\` if the work is done. Otherwise the attempt is over.`;
    return { kind: 'nudge', text };
  };
}
