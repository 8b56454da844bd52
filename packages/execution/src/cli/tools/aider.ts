/** Aider. Options and what it prints: aider.chat/docs, "Options reference", "Scripting aider". */
import type { CliTool, Told } from '../tool.ts';

// It reads settings of its own from the tree and from an environment file there: those of the base.
const options = [
  '--message-file',
  '{prompt}',
  '--yes-always',
  '--no-auto-commits',
  '--no-dirty-commits',
  '--no-gitignore',
  '--no-pretty',
  '--no-stream',
  '--no-check-update',
  '--no-analytics',
  '--no-suggest-shell-commands',
  '--no-show-model-warnings',
  '--no-detect-urls',
  '--env-file',
  '/dev/null',
  '--input-history-file',
  '/dev/null',
  '--chat-history-file',
  '/dev/null',
];

export const aider: CliTool = {
  name: 'aider',
  program: 'aider',
  version: { argv: ['--version'], pattern: /(\d+\.\d+\.\d+)/ },
  api: 'openai',
  argv: { work: options, model: ['--model', 'openai/{model}'], resume: null, fork: null },
  sessionFiles: [],
  sessionCounts: [],
  tellsCost: false,
  reservedBytes: null,
  prompt: 'file',
  environment: {
    OPENAI_API_BASE: '{api}',
    OPENAI_API_KEY: '{key}',
    // Prices and windows of models come from its own table.
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
  },
  homeFiles: {},
  output: { format: 'text', read, saysItsEnd: false },
  exits: { 1: 'it failed' },
  install: 'pipx install aider-chat',
};

/** `Tokens: 2.1k sent, 31 received. Cost: $0.01 message, $0.02 session.` */
const tokens = /^Tokens: ([\d.]+[kM]?) sent,(?:.*,)? ?([\d.]+[kM]?) received\./;
const cost = /\$([\d.]+) session/;
const model = /^(?:Main )?[Mm]odel: (\S+)/;
/** It ends with 0 when the server did not answer. */
const failure = /^(?:litellm\.\S*Error|The API provider .*|.*Retrying in .* seconds.*)/;

/** What it says itself around the words of its model. */
const own = /^(?:Aider v|Weak model: |Git repo: |Repo-map: |Applied edit to )/;

function read(line: unknown): Told | null {
  const written = String(line).trimEnd();
  const text = written.trim();
  const counted = tokens.exec(text);
  if (counted !== null) {
    const [, sent = '', received = ''] = counted;
    const paid = cost.exec(text)?.[1];
    return {
      more: { turns: 1, tokensRead: numberOf(sent), tokensWritten: numberOf(received) },
      total: { costUsd: paid === undefined ? undefined : Number(paid) },
      // An answer came after all, and it is printed before what it took.
      failure: '',
      whole: true,
    };
  }
  const named = model.exec(text)?.[1];
  if (named !== undefined) return { model: named };
  if (failure.test(text)) return { failure: text };
  return own.test(text) ? {} : { part: `${written}\n` };
}

function numberOf(text: string): number {
  const factor = text.endsWith('k') ? 1_000 : text.endsWith('M') ? 1_000_000 : 1;
  return Math.round(Number.parseFloat(text) * factor);
}
