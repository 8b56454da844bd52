/** Labelled pieces of text as the messages of a chat. */
import type { PromptPart } from '@bzzz/coordination';
import type { Message } from 'ollama/browser';
import { createLabels as createTextLabels, isTrusted } from '../../prompt/labels.ts';
import { helpToolName } from '../tools/help-tool.ts';

export interface Labels {
  /** What stands before everything else: a message of bzzz and the maintainers, one of the author. */
  prompt(parts: readonly PromptPart[]): Message[];
  /** What bzzz says on the way. */
  word(text: string): Message;
  toolOutput(tool: string, text: string): Message;
  /** Words of another peer that no tool brought. */
  fromPeer(text: string): Message;
}

const look = 'Look and change by the tools that you are given.';
const forPerson = 'When the issue is resolved, call `finish` with one sentence for a person.';
const forPeer =
  'When you have done what you can, call `finish` with your whole answer to the peer that asks.';

export function createLabels(): Labels {
  const labels = createTextLabels();
  return {
    prompt(parts) {
      const forWhom = parts.some(({ source }) => source === 'peer') ? forPeer : forPerson;
      const howTo: PromptPart = { source: 'bzzz', text: `${look} ${forWhom}` };
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
      content:
        tool === helpToolName ? labels.helpOutput(tool, text) : labels.toolOutput(tool, text),
    }),
    fromPeer: (text) => ({ role: 'user', content: labels.pieces([{ source: 'peer', text }]) }),
  };
}
