/** Claude Code. Options and events: code.claude.com/docs, "CLI reference", "Headless", "Agent SDK reference". */
import { z } from 'zod';
import type { CliTool, Told } from '../tool.ts';
import { resultText, sayingText, together, usingText } from '../words.ts';
import { Amount, bunReservedBytes, Count, Some, sum, Text } from './fields.ts';

const Usage = z
  .object({
    input_tokens: Count,
    cache_creation_input_tokens: Count,
    cache_read_input_tokens: Count,
    output_tokens: Count,
  })
  .optional()
  .catch(undefined);
const Block = z.object({
  type: Text,
  text: Text,
  name: Text,
  input: z.unknown().optional(),
  content: z.unknown().optional(),
});
const Message = z.object({ content: Some }).optional().catch(undefined);
const Event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('system'), session_id: Text, model: Text }),
  z.object({ type: z.literal('stream_event'), session_id: Text }),
  z.object({ type: z.enum(['assistant', 'user']), session_id: Text, message: Message }),
  z.object({
    type: z.literal('result'),
    subtype: Text,
    is_error: z.boolean().optional().catch(undefined),
    result: Text,
    session_id: Text,
    num_turns: Count,
    total_cost_usd: Amount,
    usage: Usage,
  }),
]);

const headless = ['--print', '--output-format', 'stream-json', '--verbose'];
// The sandbox is bzzz's: nobody is there to be asked. What needs a network would only be refused.
const unasked = ['--dangerously-skip-permissions', '--disallowedTools', 'WebSearch,WebFetch'];

export const claude: CliTool = {
  name: 'claude',
  program: 'claude',
  version: { argv: ['--version'], pattern: /^(\d+\.\d+\.\d+)/ },
  api: 'anthropic',
  argv: {
    work: [...headless, ...unasked],
    model: ['--model', '{model}'],
    resume: [...headless, ...unasked, '--resume', '{session}'],
    fork: [...headless, ...unasked, '--resume', '{session}', '--fork-session'],
  },
  // `memory/` beside it is read in every session.
  sessionFiles: ['.claude/projects/*/*.jsonl'],
  sessionCounts: ['costUsd'],
  tellsCost: true,
  reservedBytes: bunReservedBytes,
  prompt: 'stdin',
  environment: {
    ANTHROPIC_BASE_URL: '{api}',
    ANTHROPIC_API_KEY: '{key}',
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_AUTOUPDATER: '1',
    // It refuses to work unasked as root unless it is told that a sandbox stands around it.
    IS_SANDBOX: '1',
  },
  homeFiles: {},
  output: { format: 'lines', read, saysItsEnd: true },
  exits: { 1: 'it failed' },
  install: 'npm install --global @anthropic-ai/claude-code',
};

function read(line: unknown): Told | null {
  const event = Event.safeParse(line).data;
  switch (event?.type) {
    case 'system':
      return { session: event.session_id, model: event.model };
    case 'assistant':
    case 'user':
      return { session: event.session_id, shown: shownOf(event.message?.content) };
    case 'stream_event':
      return { session: event.session_id };
    case 'result': {
      const { usage, is_error, result, subtype } = event;
      const failed = is_error === true || (subtype !== undefined && subtype !== 'success');
      const total = {
        turns: event.num_turns,
        tokensRead: sum(
          usage?.input_tokens,
          usage?.cache_creation_input_tokens,
          usage?.cache_read_input_tokens,
        ),
        tokensWritten: usage?.output_tokens,
        costUsd: event.total_cost_usd,
      };
      const ending: Told = failed
        ? { failure: result ?? subtype ?? 'it failed' }
        : { said: result };
      return { session: event.session_id, total, ended: true, ...ending };
    }
    case undefined:
      return null;
  }
}

/** What one message holds: words, tools that are used, and what came of them. */
function shownOf(content: readonly unknown[] | undefined): string {
  const shown = (content ?? []).map((one) => {
    const block = Block.safeParse(one).data;
    if (block?.type === 'text') return sayingText('claude', block.text);
    if (block?.type === 'tool_use') return usingText(block.name, block.input);
    return block?.type === 'tool_result' ? resultText(wordsOf(block.content)) : '';
  });
  return together(...shown);
}

/** Of a result, which is text or blocks of text. */
function wordsOf(content: unknown): string {
  if (typeof content === 'string') return content;
  const blocks = Some.parse(content) ?? [];
  return together(...blocks.map((one) => Block.safeParse(one).data?.text ?? ''));
}
