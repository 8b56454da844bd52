/** Codex. Options and events: developers.openai.com/codex, "Non-interactive mode", "Configuration reference". */
import { z } from 'zod';
import type { CliTool, Told } from '../tool.ts';
import { resultText, runningText, sayingText, together, usingText } from '../words.ts';
import { Count, Some, Text } from './fields.ts';

const Usage = z.object({ input_tokens: Count, output_tokens: Count }).optional().catch(undefined);
const Failure = z.object({ message: Text }).optional().catch(undefined);
const Item = z
  .object({
    type: Text,
    text: Text,
    message: Text,
    command: Text,
    aggregated_output: Text,
    exit_code: z.int().optional().catch(undefined),
    changes: Some,
  })
  .optional()
  .catch(undefined);
const Event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread.started'), thread_id: Text }),
  z.object({ type: z.enum(['turn.started', 'item.updated']) }),
  z.object({ type: z.literal('turn.completed'), usage: Usage }),
  z.object({ type: z.literal('turn.failed'), error: Failure }),
  // Also a warning, or a try that is done again: only `turn.failed` is the end.
  z.object({ type: z.literal('error'), message: Text }),
  z.object({ type: z.enum(['item.started', 'item.completed']), item: Item }),
]);

const provider = [
  // The proxy refuses what would use the network.
  ['web_search', '"disabled"'],
  ['model_provider', '"bzzz"'],
  ['model_providers.bzzz.name', '"bzzz"'],
  ['model_providers.bzzz.base_url', '"{api}"'],
  ['model_providers.bzzz.env_key', '"BZZZ_MODEL_KEY"'],
  ['model_providers.bzzz.wire_api', '"responses"'],
].flatMap(([name, value]) => ['--config', `${name}=${value}`]);
// Its own sandbox needs what ours forbids; ours stands around it.
const options = ['--json', '--skip-git-repo-check', '--dangerously-bypass-approvals-and-sandbox'];

export const codex: CliTool = {
  name: 'codex',
  program: 'codex',
  version: { argv: ['--version'], pattern: /(\d+\.\d+\.\d+)/ },
  api: 'openai',
  argv: {
    work: ['exec', ...options, ...provider, '-'],
    model: ['--model', '{model}'],
    resume: ['exec', ...options, ...provider, 'resume', '{session}', '-'],
    // Since its version 0.148; one before takes that for a mistake, asks no model, and begins anew.
    fork: ['exec', ...options, ...provider, 'fork', '{session}', '-'],
  },
  // Its index, a database, it makes anew from them.
  sessionFiles: ['.codex/sessions/**/*.jsonl', '.codex/sessions/**/*.jsonl.zst'],
  sessionCounts: ['tokensRead', 'tokensWritten'],
  tellsCost: false,
  reservedBytes: null,
  prompt: 'stdin',
  environment: { BZZZ_MODEL_KEY: '{key}' },
  homeFiles: {},
  output: { format: 'lines', read, saysItsEnd: true },
  exits: { 1: 'it failed' },
  install: 'npm install --global @openai/codex',
};

function read(line: unknown): Told | null {
  const event = Event.safeParse(line).data;
  switch (event?.type) {
    case 'thread.started':
      return { session: event.thread_id };
    case 'turn.completed': {
      const { usage } = event;
      const total = { tokensRead: usage?.input_tokens, tokensWritten: usage?.output_tokens };
      return { total, ended: true };
    }
    case 'turn.failed':
      return { failure: event.error?.message ?? 'its turn failed', ended: true };
    case 'item.started':
      return { shown: runningText(event.item?.command) };
    case 'item.completed': {
      const shown = shownOf(event.item);
      return event.item?.type === 'agent_message' ? { said: event.item.text, shown } : { shown };
    }
    case 'error':
      return { shown: sayingText('codex', event.message) };
    case 'turn.started':
    case 'item.updated':
      return {};
    case undefined:
      return null;
  }
}

function shownOf(item: z.infer<typeof Item>): string {
  if (item?.type === undefined) return '';
  switch (item.type) {
    case 'agent_message':
      return sayingText('codex', item.text);
    case 'command_execution': {
      const { exit_code: code = 0 } = item;
      return together(resultText(item.aggregated_output), code === 0 ? '' : `  exit code ${code}`);
    }
    case 'file_change':
      return usingText('change', item.changes);
    case 'error':
      return sayingText('codex', item.message);
    case undefined:
    default:
      return '';
  }
}
