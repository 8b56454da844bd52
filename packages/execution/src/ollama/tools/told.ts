/** Tells whoever watches what a model says and which tools it uses. What its commands print is told by them. */
import type { ExecutorRequest } from '@bzzz/coordination';
import { oneLine } from '../../prompt/one-line.ts';
import type { Answer } from '../model/ask.ts';
import type { Toolbox } from './toolbox.ts';

type Listener = ExecutorRequest['onPrinted'];

const argsCharsMax = 300;
const resultCharsMax = 200;

export function toldToolbox(toolbox: Toolbox, onPrinted: Listener): Toolbox {
  if (onPrinted === undefined) return toolbox;
  return {
    descriptions: toolbox.descriptions,
    async use(call, options) {
      const name = oneLine(call.name);
      onPrinted(`[tool] ${name} ${oneLine(JSON.stringify(call.args), argsCharsMax)}\n`);
      const result = await toolbox.use(call, options);
      onPrinted(`[tool] ${name}: ${oneLine(result.text, resultCharsMax)}\n`);
      return result;
    },
  };
}

export function tellAnswer(model: string | null, { text }: Answer, onPrinted: Listener): void {
  if (text.trim() !== '') onPrinted?.(`[${model ?? 'model'}] ${text.trim()}\n`);
}
