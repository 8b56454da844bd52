/** What the events of each tool look like to people who watch it work. */
import type { CliName } from '@bzzz/protocol';
import { describe, expect, it } from 'vitest';
import { createReader } from '../../src/cli/findings.ts';
import { cliTools } from '../../src/cli/tools/all.ts';
import { createTeller } from '../../src/cli/words.ts';

/** In pieces that fit no line. */
function shown(name: CliName, lines: readonly (string | object)[]): string {
  let text = '';
  const teller = createTeller(name, (more) => (text += more));
  const reader = createReader(cliTools[name].output, teller.told);
  const all = lines.map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  const bytes = Buffer.from(`${all.join('\n')}\n`);
  for (let at = 0; at < bytes.length; at += 7) reader.add(bytes.subarray(at, at + 7));
  reader.end();
  teller.end();
  return text;
}

describe('what people see of', () => {
  it('claude', () => {
    const of = (type: string, ...content: object[]) => ({ type, message: { content } });
    const bash = { type: 'tool_use', name: 'Bash', input: { command: 'npm test' } };
    const back = { type: 'tool_result', content: [{ type: 'text', text: 'a\nb\n' }] };
    const text = shown('claude', [
      { type: 'system', subtype: 'init', session_id: 's', model: 'm' },
      of(
        'assistant',
        { type: 'thinking', thinking: 'hm' },
        { type: 'text', text: 'I look.' },
        bash,
      ),
      of('user', back, { type: 'tool_result', content: 'c' }),
      { type: 'result', subtype: 'success', result: 'I look.' },
      { type: 'result', subtype: 'error_max_turns', is_error: true },
      { type: 'unheard_of', secret: 1 },
      'a warning for people',
    ]);
    expect(text.split('\n')).toEqual([
      '[claude] I look.',
      '[tool] Bash {"command":"npm test"}',
      '  a',
      '  b',
      '  c',
      '[claude] failed: error_max_turns',
      'a warning for people',
      '',
    ]);
  });

  it('codex', () => {
    const item = (type: string, fields: object) => ({ type, item: { id: 'i', ...fields } });
    const output = Array.from({ length: 20 }, (_, index) => `line ${index}`).join('\n');
    const command = { type: 'command_execution', command: 'npm\ntest' };
    const text = shown('codex', [
      { type: 'thread.started', thread_id: 't' },
      item('item.started', command),
      item('item.completed', { ...command, aggregated_output: output, exit_code: 2 }),
      item('item.completed', {
        type: 'file_change',
        changes: [{ path: 'a.js', kind: 'update' }],
      }),
      { type: 'error', message: 'Reconnecting... 1/5' },
      item('item.completed', { type: 'agent_message', text: 'Mended.' }),
      { type: 'turn.failed', error: { message: 'gone' } },
    ]);
    expect(text).toMatch(/^\$ npm test\n {2}\.\.\. 8 lines before\n {2}line 8\n/);
    expect(text).toContain('  line 19\n  exit code 2\n[tool] change [{"path":"a.js"');
    expect(text).toContain('[codex] Reconnecting... 1/5\n[codex] Mended.\n[codex] failed: gone\n');
  });

  it('gemini, whose words come in parts', () => {
    const part = (content: string) => ({ type: 'message', role: 'assistant', content });
    const text = shown('gemini', [
      { type: 'message', role: 'user', content: 'the prompt' },
      part('I wr'),
      part('ite.'),
      { type: 'tool_use', tool_name: 'write_file', parameters: { path: 'a' } },
      { type: 'tool_result', status: 'error', error: { message: 'denied' } },
      part('Done'),
    ]);
    expect(text).toBe(
      '[gemini] I write.\n[tool] write_file {"path":"a"}\n  denied\n[gemini] Done\n',
    );
  });

  it('opencode', () => {
    const state = { status: 'completed', input: { filePath: 'a' }, output: 'ok' };
    const text = shown('opencode', [
      { type: 'tool_use', sessionID: 's', part: { tool: 'edit', state } },
      { type: 'text', sessionID: 's', part: { type: 'text', text: 'Mended.' } },
    ]);
    expect(text).toBe('[tool] edit {"filePath":"a"}\n  ok\n[opencode] Mended.\n');
  });

  it('secrets: none in halves, which nothing would know again', () => {
    const token = `ghp_${'aB3'.repeat(12)}`;
    const result = (output: string) => {
      const state = { status: 'completed', input: { text: `${'x '.repeat(135)}${token}` }, output };
      return shown('opencode', [{ type: 'tool_use', part: { tool: 'edit', state } }]);
    };
    const text = result(`${'y '.repeat(95)}${token}`);
    expect(text).not.toContain('ghp_');
    expect(text).toMatch(/x \.\.\.\n {2}y .*y \.\.\.\n/);
    const body = Array.from({ length: 30 }, () => 'MIIEvQIBADANBgkq');
    const key = ['-----BEGIN PRIVATE KEY-----', ...body, '-----END PRIVATE KEY-----'];
    expect(result(['before', ...key, 'after'].join('\n'))).toMatch(
      /\n {2}before\n {2}\[a private key\]\n {2}after\n/,
    );
    expect(result(['before', ...key.slice(0, 20)].join('\n'))).not.toContain('MIIE');
  });

  it('a tool that says nothing sensible', () => {
    const strange = ['', '[]', '{"type":"assistant","message":7}', '{"type":"user"'];
    expect(shown('claude', strange)).toBe('');
    expect(shown('opencode', [{ type: 'tool_use' }])).toBe('[tool] unnamed\n');
    const huge = { type: 'assistant', message: { content: [{ type: 'tool_use', name: 'x' }] } };
    expect(shown('claude', [huge])).toBe('[tool] x\n');
  });
});
