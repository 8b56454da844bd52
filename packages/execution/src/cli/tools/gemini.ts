/** Gemini CLI. Options, events and exit codes: geminicli.com/docs, "Headless mode", "Configuration". */
import { z } from 'zod';
import type { CliTool, Told } from '../tool.ts';
import { resultText, sayingText, usingText } from '../words.ts';
import { Count, Text } from './fields.ts';

const Stats = z.object({ input_tokens: Count, output_tokens: Count }).optional().catch(undefined);
const Event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('init'), session_id: Text, model: Text }),
  z.object({ type: z.literal('message'), role: Text, content: Text }),
  z.object({ type: z.literal('tool_use'), tool_name: Text, parameters: z.unknown().optional() }),
  z.object({
    type: z.literal('tool_result'),
    output: Text,
    error: z.object({ message: Text }).optional().catch(undefined),
  }),
  z.object({ type: z.literal('error'), message: Text }),
  z.object({
    type: z.literal('result'),
    status: Text,
    error: z.object({ message: Text }).optional().catch(undefined),
    stats: Stats,
  }),
]);

// Prompts are read from the input where there is one. A model is sandboxed by bzzz, which asks nobody.
const headless = ['--output-format', 'stream-json', '--approval-mode', 'yolo', '--skip-trust'];

/** Where a base URL is set it would take another way to sign in, unless this says which. */
const settings = {
  security: { auth: { selectedType: 'gemini-api-key' } },
  privacy: { usageStatisticsEnabled: false },
  // The proxy refuses what would use the network.
  tools: { exclude: ['google_web_search', 'web_fetch'] },
  general: { enableAutoUpdate: false, enableAutoUpdateNotification: false },
};

export const gemini: CliTool = {
  name: 'gemini',
  program: 'gemini',
  version: { argv: ['--version'], pattern: /^(\d+\.\d+\.\d+)/ },
  api: 'gemini',
  argv: {
    work: headless,
    model: ['--model', '{model}'],
    resume: [...headless, '--resume', '{session}'],
    // It goes on in the file of the session itself.
    fork: null,
  },
  // With what says whose project a folder is; `memory/` beside them is read in every session.
  sessionFiles: ['.gemini/tmp/*/chats/**', '.gemini/tmp/*/.project_root', '.gemini/projects.json'],
  sessionCounts: [],
  tellsCost: false,
  reservedBytes: null,
  prompt: 'stdin',
  environment: { GOOGLE_GEMINI_BASE_URL: '{api}', GEMINI_API_KEY: '{key}' },
  homeFiles: { '.gemini/settings.json': JSON.stringify(settings) },
  output: { format: 'lines', read, saysItsEnd: true },
  exits: {
    1: 'it failed',
    41: 'it could not sign in',
    42: 'it did not understand how it was called',
    53: 'it had as many turns as it may',
  },
  install: 'npm install --global @google/gemini-cli',
};

function read(line: unknown): Told | null {
  const event = Event.safeParse(line).data;
  switch (event?.type) {
    case 'init':
      return { session: event.session_id, model: event.model };
    case 'message':
      return event.role === 'assistant' ? { part: event.content } : {};
    case 'result': {
      const { stats, status, error } = event;
      const total = { tokensRead: stats?.input_tokens, tokensWritten: stats?.output_tokens };
      const failed = status !== 'success';
      return {
        total,
        ended: true,
        ...(failed ? { failure: error?.message ?? 'it failed' } : {}),
      };
    }
    case 'tool_use':
      return { said: '', shown: usingText(event.tool_name, event.parameters) };
    case 'tool_result':
      return { shown: resultText(event.output ?? event.error?.message) };
    case 'error':
      return { shown: sayingText('gemini', event.message) };
    case undefined:
      return null;
  }
}
