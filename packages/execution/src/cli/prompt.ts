/** The whole prompt of a tool: one text, every piece of it with its source. */
import type { PromptJob, PromptPart } from '@bzzz/coordination';
import { createLabels, isTrusted } from '../prompt/labels.ts';

export function promptText({ parts, commands }: Pick<PromptJob, 'parts' | 'commands'>): string {
  const { explained, pieces } = createLabels();
  const list = Object.entries(commands).map(([name, argv]) => `- ${name}: ${argv.join(' ')}`);
  const howTo = [
    'Work by your own tools, in the folder in which you are. Nobody is there to answer questions.',
    'Change files only: make no commit, and leave the configuration of coding tools as it is.',
    ...(list.length === 0 ? [] : ['Commands that you are given:', ...list]),
    'When you are done, say in one sentence for a person what you changed.',
  ].join('\n');
  const rules: PromptPart[] = [
    ...parts.filter((part) => isTrusted(part)),
    { source: 'bzzz', text: howTo },
  ];
  return [explained, pieces(rules), pieces(parts.filter((part) => !isTrusted(part)))].join('\n\n');
}
