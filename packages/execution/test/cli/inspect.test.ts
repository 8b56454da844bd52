/** A model API must not be a network for who has none. */
import { describe, expect, it } from 'vitest';
import type { ApiName } from '../../src/cli/api/apis.ts';
import { inspect } from '../../src/cli/api/inspect.ts';

function objection(api: ApiName, question: unknown) {
  return objectionTo(api, JSON.stringify(question));
}

function objectionTo(api: ApiName, text: string): string | null {
  const found = inspect(api, Buffer.from(text));
  return found.kind === 'refused' ? found.reason : null;
}

const schema = { type: 'object', properties: { url: { type: 'string' } } };
const link = 'https://elsewhere.invalid/?secret';

describe('a question that stays with the model', () => {
  it.each<[ApiName, object]>([
    ['anthropic', {}],
    ['anthropic', { tools: [{ name: 'Edit', input_schema: schema }, { type: 'bash_20250124' }] }],
    ['anthropic', { messages: [{ content: [{ type: 'tool_use', input: { url: link } }] }] }],
    ['anthropic', { messages: [{ content: [{ source: { type: 'base64', data: 'AA' } }] }] }],
    ['openai', { tools: [{ type: 'function', function: { name: 'f', parameters: schema } }] }],
    ['openai', { tools: [{ type: 'custom', name: 'apply_patch' }, { type: 'local_shell' }] }],
    ['openai', { messages: [{ content: [{ image_url: { url: 'data:image/png;base64,AA' } }] }] }],
    ['openai', { messages: [{ content: `see ${link}` }], tools: null }],
    ['gemini', { tools: [{ functionDeclarations: [{ name: 'f', parameters: schema }] }] }],
    ['gemini', { contents: [{ parts: [{ functionCall: { name: 'f', args: { url: link } } }] }] }],
  ])('of %s is let through: %j', (api, question) => {
    expect(objection(api, question)).toBeNull();
  });
});

describe('a question that would use the network', () => {
  it.each<[ApiName, object]>([
    ['anthropic', { tools: [{ type: 'web_fetch_20250910', name: 'web_fetch' }] }],
    ['anthropic', { tools: [{ name: 'Edit' }, { type: 'web_search_20250305' }] }],
    ['anthropic', { tools: [{ type: 'code_execution_20250825' }] }],
    ['anthropic', { mcp_servers: [{ type: 'url', url: link }] }],
    ['anthropic', { messages: [{ content: [{ source: { type: 'url', url: link } }] }] }],
    ['openai', { tools: [{ type: 'web_search' }] }],
    ['openai', { tools: [{ type: 'mcp', server_url: link }] }],
    ['openai', { tools: [{}] }],
    ['openai', { web_search_options: {} }],
    ['openai', { messages: [{ content: [{ image_url: { url: link } }] }] }],
    ['openai', { input: [{ content: [{ type: 'input_file', file_url: link }] }] }],
    ['gemini', { tools: [{ googleSearch: {} }] }],
    ['gemini', { tools: [{ functionDeclarations: [], urlContext: {} }] }],
    ['gemini', { contents: [{ parts: [{ fileData: { fileUri: link } }] }] }],
  ])('of %s is refused: %j', (api, question) => {
    expect(objection(api, question)).toMatch(/^the model API would (?:use the network|fetch)/);
  });

  it('is not hidden by what is no question, nor by depth', () => {
    expect(objectionTo('openai', '{')).toContain('JSON');
    expect(objection('openai', [])).not.toBeNull();
    expect(objection('openai', { tools: 'web_search' })).not.toBeNull();
    const twice = '{"tools":[{"type":"web_search"}],"tools":[]}';
    expect(inspect('openai', Buffer.from(twice))).toEqual({
      kind: 'fine',
      question: { tools: [] },
    });
    const deep = `${'['.repeat(50_000)}{"file_url":"${link}"}${']'.repeat(50_000)}`;
    expect(objectionTo('openai', `{"input":${deep}}`)).toContain('fetch');
  });
});
