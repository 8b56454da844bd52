/** Labelled pieces of text as the messages of a chat. */
import type { Access, PromptJob, PromptPart } from '@bzzz/coordination';
import type { Message } from 'ollama/browser';
import { createLabels as createTextLabels, isTrusted } from '../../prompt/labels.ts';
import { helpToolName } from '../tools/help-tool.ts';
import { lookToolNames } from '../tools/look-tools.ts';

export interface Labels {
  /** What stands before everything else: a message of bzzz and the maintainers, one of the author. */
  prompt(job: Pick<PromptJob, 'parts' | 'access'>): Message[];
  /** What bzzz says on the way. */
  word(text: string): Message;
  toolOutput(tool: string, text: string): Message;
  /** Words of another peer that no tool brought. */
  fromPeer(text: string): Message;
}

/** Whose words a tool brings; of others it is what they did, or what a command prints. */
const bringers: ReadonlyMap<string, PromptPart['source']> = new Map([
  [helpToolName, 'peer'],
  ...lookToolNames.map((name) => [name, 'repository'] as const),
]);

const byTools: Readonly<Record<Access, string>> = {
  change: 'Look and change by the tools that you are given.',
  run: 'Look, and run commands, by the tools that you are given; there is none to edit files.',
  look: 'Look by the tools that you are given. No file can be changed.',
};
const forPerson = 'When the issue is resolved, call `finish` with one sentence for a person.';
const forNext = 'When you have done your part, call `finish` with your whole answer.';
const forPeer =
  'When you have done what you can, call `finish` with your whole answer to the peer that asks.';

export function createLabels(): Labels {
  const labels = createTextLabels();
  const outputOf = (tool: string, text: string) => {
    const source = bringers.get(tool);
    return source === undefined
      ? labels.toolOutput(tool, text)
      : labels.outputFrom(source, tool, text);
  };
  return {
    prompt({ parts, access = 'change' }) {
      const forOwn = access === 'change' ? forPerson : forNext;
      const forWhom = parts.some(({ source }) => source === 'peer') ? forPeer : forOwn;
      const howTo: PromptPart = { source: 'bzzz', text: `${byTools[access]} ${forWhom}` };
      const rules = [...parts.filter((part) => isTrusted(part)), howTo];
      const wishes = parts.filter((part) => !isTrusted(part));
      const system = { role: 'system', content: `${labels.explained}\n\n${labels.pieces(rules)}` };
      if (wishes.length === 0) return [system];
      return [system, { role: 'user', content: labels.pieces(wishes) }];
    },
    word: (text) => ({ role: 'user', content: labels.word(text) }),
    toolOutput: (tool, text) => ({
      role: 'tool',
      tool_name: tool,
      content: outputOf(tool, text),
    }),
    fromPeer: (text) => ({ role: 'user', content: labels.pieces([{ source: 'peer', text }]) }),
  };
}
