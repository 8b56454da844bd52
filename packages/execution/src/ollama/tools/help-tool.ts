/** Asks other peers, where anybody may be asked. */
import { z } from 'zod';
import type { Asker } from '../../help/asker.ts';
import { clipLine } from './clip.ts';
import { defineTool, type Tool } from './tool.ts';

export const helpToolName = 'ask_for_help';

/** Nothing when nobody may be asked. */
export function helpTools(asker: Asker | null, resultCharsMax: () => number): Tool[] {
  if (asker === null) return [];
  let helpings = 0;
  return [
    defineTool({
      name: helpToolName,
      description:
        'Asks the models of other machines, who see your unfinished work and may change it. It takes long: call it when you cannot go on by yourself.',
      input: z.object({
        question: z
          .string()
          .trim()
          .min(1)
          .describe('what is wanted, what you have tried, and what came of it'),
      }),
      async use({ question }, { signal }) {
        const heard = await asker.ask(question, { signal });
        if (!heard.helped) return { text: `no help came: ${heard.reason}`, news: null };
        helpings += 1;
        return { text: clipLine(heard.text, resultCharsMax()), news: `help ${helpings}` };
      },
    }),
  ];
}
