/** OpenCode. Options, configuration and events: opencode.ai/docs, "CLI", "Config", "Providers". */
import { z } from 'zod';
import type { CliTool, Told } from '../tool.ts';
import { resultText, sayingText, together, usingText } from '../words.ts';
import { Amount, bunReservedBytes, Count, sum, Text } from './fields.ts';

const session = { sessionID: Text };
const State = z
  .object({ input: z.unknown().optional(), output: Text, error: Text })
  .optional()
  .catch(undefined);
const Event = z.discriminatedUnion('type', [
  z.object({ type: z.literal('step_start'), ...session }),
  z.object({
    type: z.literal('step_finish'),
    ...session,
    part: z
      .object({
        reason: Text,
        cost: Amount,
        tokens: z
          .object({
            input: Count,
            output: Count,
            reasoning: Count,
            cache: z.object({ read: Count, write: Count }).optional().catch(undefined),
          })
          .optional()
          .catch(undefined),
      })
      .optional()
      .catch(undefined),
  }),
  z.object({
    type: z.literal('text'),
    ...session,
    part: z.object({ text: Text }).optional().catch(undefined),
  }),
  z.object({
    type: z.literal('tool_use'),
    ...session,
    part: z.object({ tool: Text, state: State }).optional().catch(undefined),
  }),
  z.object({
    type: z.literal('error'),
    ...session,
    error: z
      .object({ name: Text, data: z.object({ message: Text }).optional().catch(undefined) })
      .optional()
      .catch(undefined),
  }),
]);

const model = '{model}';
const configuration = {
  autoupdate: false,
  share: 'disabled',
  permission: { edit: 'allow', bash: 'allow', webfetch: 'deny' },
  provider: {
    bzzz: {
      npm: '@ai-sdk/openai-compatible',
      name: 'bzzz',
      options: { baseURL: '{api}', apiKey: '{key}' },
      models: { [model]: {} },
    },
  },
};
const headless = ['run', '--format', 'json'];

export const opencode: CliTool = {
  name: 'opencode',
  program: 'opencode',
  version: { argv: ['--version'], pattern: /(\d+\.\d+\.\d+)/ },
  api: 'openai',
  argv: {
    work: headless,
    model: ['--model', `bzzz/${model}`],
    resume: [...headless, '--session', '{session}'],
    fork: [...headless, '--session', '{session}', '--fork'],
  },
  // Its releases before 1.2 have files below `storage`, later ones a database.
  sessionFiles: [
    '.local/share/opencode/opencode*.db',
    '.local/share/opencode/opencode*.db-wal',
    '.local/share/opencode/storage/**/*.json',
  ],
  sessionCounts: [],
  tellsCost: false,
  reservedBytes: bunReservedBytes,
  prompt: 'stdin',
  environment: {
    OPENCODE_CONFIG_CONTENT: JSON.stringify(configuration),
    OPENCODE_DISABLE_AUTOUPDATE: '1',
    OPENCODE_DISABLE_LSP_DOWNLOAD: '1',
    OPENCODE_DISABLE_MODELS_FETCH: '1',
  },
  homeFiles: {},
  output: { format: 'lines', read, saysItsEnd: true },
  exits: { 1: 'it failed' },
  install: 'npm install --global opencode-ai',
};

function read(line: unknown): Told | null {
  const event = Event.safeParse(line).data;
  if (event === undefined) return null;
  const known = { session: event.sessionID };
  switch (event.type) {
    case 'step_start':
      return known;
    case 'tool_use': {
      const { tool, state } = event.part ?? {};
      const came = resultText(state?.output ?? state?.error);
      return { ...known, shown: together(usingText(tool, state?.input), came) };
    }
    case 'text': {
      const said = event.part?.text;
      return { ...known, said, shown: sayingText('opencode', said) };
    }
    case 'error': {
      const { error } = event;
      return { ...known, failure: error?.data?.message ?? error?.name ?? 'it failed' };
    }
    case 'step_finish': {
      const { cost, tokens, reason } = event.part ?? {};
      const more = {
        turns: 1,
        tokensRead: sum(tokens?.input, tokens?.cache?.read, tokens?.cache?.write),
        tokensWritten: sum(tokens?.output, tokens?.reasoning),
        costUsd: cost,
      };
      return { ...known, more, ended: reason === 'stop' };
    }
  }
}
