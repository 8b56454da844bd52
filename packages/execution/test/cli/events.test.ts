/**
 * What each tool prints, read line by line. The samples follow the tools' own documentation; those of
 * gemini 0.61.0 were also seen by running it (real.test.ts does so each time).
 */
import { describe, expect, it } from 'vitest';
import { CliName } from '@bzzz/protocol';
import { fill } from '../../src/cli/fill.ts';
import { createReader } from '../../src/cli/findings.ts';
import { cliTools } from '../../src/cli/tools/all.ts';

/** In pieces that fit no line. */
function read(name: CliName, lines: readonly (string | object)[]) {
  const reader = createReader(cliTools[name].output);
  const text = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const bytes = Buffer.from(`${text.join('\n')}\n`);
  for (let at = 0; at < bytes.length; at += 7) reader.add(bytes.subarray(at, at + 7));
  return reader.end();
}

describe('events', () => {
  // code.claude.com/docs/en/headless and /en/agent-sdk/typescript (SDKResultMessage).
  const claudeInit = {
    type: 'system',
    subtype: 'init',
    session_id: '8f5c',
    model: 'claude-sonnet-4-6',
    tools: ['Bash'],
  };
  const claudeResult = {
    type: 'result',
    subtype: 'success',
    is_error: false,
    duration_ms: 2814,
    num_turns: 4,
    result: 'Mended – é.',
    session_id: '8f5c',
    total_cost_usd: 0.0123,
    usage: {
      input_tokens: 12,
      cache_creation_input_tokens: 100,
      cache_read_input_tokens: 900,
      output_tokens: 55,
    },
  };
  it('of claude', () => {
    const said = {
      type: 'assistant',
      session_id: '8f5c',
      message: { role: 'assistant', content: [] },
    };
    const user = { type: 'user', session_id: '8f5c', message: {} };
    expect(read('claude', [claudeInit, said, user, claudeResult])).toEqual({
      session: '8f5c',
      model: 'claude-sonnet-4-6',
      counts: { turns: 4, tokensRead: 1012, tokensWritten: 55, costUsd: 0.0123 },
      said: 'Mended – é.',
      failure: null,
      ended: true,
      unknown: 0,
    });
    const failed = {
      ...claudeResult,
      subtype: 'error_max_turns',
      is_error: true,
      result: undefined,
    };
    expect(read('claude', [failed])).toMatchObject({ failure: 'error_max_turns', ended: true });
  });

  // developers.openai.com/codex/noninteractive, "Make output machine-readable".
  it('of codex', () => {
    const started = { type: 'thread.started', thread_id: '0199a213-81c0' };
    const command = {
      type: 'item.completed',
      item: { id: 'item_1', type: 'command_execution', exit_code: 0 },
    };
    const message = {
      type: 'item.completed',
      item: { id: 'item_3', type: 'agent_message', text: 'Mended.' },
    };
    const usage = { input_tokens: 24763, cached_input_tokens: 24448, output_tokens: 122 };
    const completed = { type: 'turn.completed', usage };
    expect(read('codex', [started, { type: 'turn.started' }, command, message, completed])).toEqual(
      {
        session: '0199a213-81c0',
        model: null,
        counts: { tokensRead: 24763, tokensWritten: 122 },
        said: 'Mended.',
        failure: null,
        ended: true,
        unknown: 0,
      },
    );
    const retry = { type: 'error', message: 'Reconnecting... 1/5' };
    const failed = { type: 'turn.failed', error: { message: 'stream disconnected' } };
    expect(read('codex', [retry])).toMatchObject({ failure: null, ended: false });
    expect(read('codex', [retry, failed])).toMatchObject({ failure: 'stream disconnected' });
  });

  // geminicli.com/docs/cli/headless, "Streaming JSON output".
  it('of gemini', () => {
    const init = { type: 'init', timestamp: 't', session_id: '5a', model: 'gemini-3' };
    const part = (content: string) => ({
      type: 'message',
      role: 'assistant',
      content,
      delta: true,
    });
    const use = { type: 'tool_use', tool_name: 'write_file', tool_id: '1', parameters: {} };
    const result = {
      type: 'result',
      status: 'success',
      stats: { total_tokens: 330, input_tokens: 300, output_tokens: 30, tool_calls: 1 },
    };
    const asked = { type: 'message', role: 'user', content: 'the prompt' };
    const back = { type: 'tool_result', tool_id: '1', status: 'success', output: '' };
    expect(
      read('gemini', [init, asked, part('I write.'), use, back, part('Men'), part('ded.'), result]),
    ).toEqual({
      session: '5a',
      model: 'gemini-3',
      counts: { tokensRead: 300, tokensWritten: 30 },
      said: 'Mended.',
      failure: null,
      ended: true,
      unknown: 0,
    });
    const failed = { type: 'result', status: 'error', error: { type: 'Error', message: 'quota' } };
    expect(read('gemini', [failed])).toMatchObject({ failure: 'quota', ended: true });
  });

  // opencode.ai/docs/cli, "run --format json"; parts as in the types of its SDK.
  it('of opencode', () => {
    const step = (reason: string) => ({
      type: 'step_finish',
      sessionID: 'ses_1',
      part: {
        reason,
        cost: 0.5,
        tokens: { input: 10, output: 4, reasoning: 1, cache: { read: 5, write: 0 } },
      },
    });
    const text = { type: 'text', sessionID: 'ses_1', part: { type: 'text', text: 'Mended.' } };
    const tool = { type: 'tool_use', sessionID: 'ses_1', part: { tool: 'edit' } };
    expect(
      read('opencode', [
        { type: 'step_start', sessionID: 'ses_1' },
        tool,
        step('tool-calls'),
        text,
        step('stop'),
      ]),
    ).toEqual({
      session: 'ses_1',
      model: null,
      counts: { turns: 2, tokensRead: 30, tokensWritten: 10, costUsd: 1 },
      said: 'Mended.',
      failure: null,
      ended: true,
      unknown: 0,
    });
    const error = {
      type: 'error',
      sessionID: 'ses_1',
      error: { name: 'APIError', data: { message: 'no key' } },
    };
    expect(read('opencode', [error])).toMatchObject({ failure: 'no key', ended: false });
  });

  // aider.chat/docs/usage/commands and its reports of tokens and cost.
  it('of aider', () => {
    const lines = [
      'Aider v0.86.1',
      'Model: openai/gpt-4o with diff edit format',
      'litellm.InternalServerError: overloaded',
      'Tokens: 2.1k sent, 31 received. Cost: $0.01 message, $0.01 session.',
      'I change it:',
      '',
      '    it();',
      'Tokens: 3k sent, 1.2k cache hit, 40 received. Cost: $0.02 message, $0.03 session.',
      '',
      'Applied edit to src/a.js',
      '',
    ];
    expect(read('aider', lines)).toMatchObject({
      session: null,
      model: 'openai/gpt-4o',
      counts: { turns: 2, tokensRead: 5100, tokensWritten: 71, costUsd: 0.03 },
      said: 'I change it:\n\n    it();',
      failure: null,
    });
    expect(read('aider', lines.slice(0, 3))).toMatchObject({
      failure: 'litellm.InternalServerError: overloaded',
    });
  });

  it('that are damaged, strange or endless harm nothing', () => {
    const strange = [
      '{',
      '[]',
      'null',
      '{"type":7}',
      { type: 'result', num_turns: -1, usage: 'x' },
    ];
    const found = read('claude', [...strange, 'x'.repeat(5 * 1024 * 1024), claudeInit]);
    expect(found).toMatchObject({ unknown: 5, ended: true, session: '8f5c', counts: {} });
  });
});

describe('arguments', () => {
  const start = {
    api: 'http://127.0.0.1:{p}',
    key: 'pass',
    model: 'm-1',
    prompt: '/p',
    session: null,
  };

  it.each(CliName.options)('of %s leave nothing open', (name) => {
    const filled = fill(cliTools[name], '/bin/tool', start);
    expect(JSON.stringify(filled)).not.toMatch(/\{(api|key|model|prompt|session)\}/);
    expect(JSON.stringify(filled)).toContain('http://127.0.0.1:{p}');
    expect(JSON.stringify(filled)).toContain('m-1');
  });

  it('go on with a session, where the tool can', () => {
    const argvOf = (name: CliName) =>
      fill(cliTools[name], 'tool', { ...start, session: 's-9' })?.argv.join(' ');
    expect(argvOf('claude')).toContain('--resume s-9');
    expect(argvOf('codex')).toMatch(/resume s-9 --model m-1 -$/);
    expect(argvOf('gemini')).toContain('--resume s-9');
    expect(argvOf('opencode')).toContain('--session s-9');
    expect(argvOf('aider')).toBeUndefined();
  });

  it('go on in a fork of a session, and on the session itself where the tool has none', () => {
    const argvOf = (name: CliName) =>
      fill(cliTools[name], 'tool', { ...start, session: 's-9', forks: true })?.argv.join(' ');
    expect(argvOf('claude')).toContain('--resume s-9 --fork-session');
    expect(argvOf('codex')).toMatch(/ fork s-9 --model m-1 -$/);
    expect(argvOf('gemini')).toContain('--resume s-9');
    expect(argvOf('opencode')).toContain('--session s-9 --fork');
    expect(argvOf('aider')).toBeUndefined();
  });
});
