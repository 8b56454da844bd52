/** What others are asked when a model is stuck and does not ask by itself: what it did last, and what came of it. */
import type { Answer } from '../model/ask.ts';
import { clipLine } from '../tools/clip.ts';
import type { Done } from '../turn.ts';

const callsMax = 3;
const argsCharsMax = 300;
const resultCharsMax = 600;
const wordsCharsMax = 600;

/** `trouble`: as the judge of its progress says it. */
export function questionOf(trouble: string, { text }: Answer, done: readonly Done[]): string {
  const calls = done.slice(0, callsMax).map(({ call, text: result }) => {
    const args = clipLine(JSON.stringify(call.args) ?? '', argsCharsMax);
    return `It called ${call.name} with ${args} and was told:\n${clipLine(result, resultCharsMax)}`;
  });
  return [
    `How does this go on? ${trouble}.`,
    ...calls,
    ...(text.trim() === '' ? [] : [`Its last words: ${clipLine(text.trim(), wordsCharsMax)}`]),
  ].join('\n\n');
}
