/** Models that do not get on with the program of the csv world by themselves. */
import type { ChatRequest, Reply } from '@bzzz/testkit/scripted/ollama';

const mend = { path: 'src/csv.js', oldText: '.slice(0, -1)', newText: '' };

/** One that is stuck with its own task, and knows what to do with that of another peer. */
export function stuckOrHelpful({ messages }: ChatRequest): Reply {
  const said = messages.filter(({ role }) => role === 'assistant').length;
  const helps = messages.some(({ content }) =>
    content.includes('Another peer works on this issue'),
  );
  if (helps) return said === 0 ? calls('edit_file', mend) : finish('The last line stays.');
  return said === 0
    ? calls('ask_for_help', { question: 'how does slice cut?' })
    : finish('Thanks.');
}

export function finish(summary: string): Reply {
  return calls('finish', { summary });
}

function calls(name: string, args: object): Reply {
  return { kind: 'answer', calls: [{ name, arguments: args }] };
}
