/** What the answers of each model API tell about what they took, however the bytes come. */
import { describe, expect, it } from 'vitest';
import type { ApiName } from '../../src/cli/api/apis.ts';
import { bounded } from '../../src/cli/api/bounds.ts';
import { createUsageReader } from '../../src/cli/api/usage.ts';

const json = 'application/json';
const events = 'text/event-stream; charset=utf-8';
const event = (value: unknown) => `event: x\r\ndata: ${JSON.stringify(value)}\r\n\r\n`;

const answers: readonly (readonly [string, ApiName, string, string])[] = [
  [
    'a message',
    'anthropic',
    json,
    JSON.stringify({
      content: [],
      usage: {
        input_tokens: 10,
        cache_creation_input_tokens: null,
        cache_read_input_tokens: 90,
        output_tokens: 7,
      },
    }),
  ],
  [
    'a streamed message',
    'anthropic',
    events,
    event({
      type: 'message_start',
      message: { usage: { input_tokens: 10, cache_creation_input_tokens: 90, output_tokens: 1 } },
    }) +
      event({ type: 'content_block_delta', delta: { text: '{"usage":{"output_tokens":99}}' } }) +
      event({ type: 'message_delta', usage: { output_tokens: 7 } }),
  ],
  ['a chat', 'openai', json, '{"usage":{"prompt_tokens":100,"completion_tokens":7}}'],
  [
    'a streamed chat',
    'openai',
    events,
    event({ choices: [{ delta: { content: 'usage' } }], usage: null }) +
      event({ choices: [], usage: { prompt_tokens: 100, completion_tokens: 7 } }) +
      'data: [DONE]\n\n',
  ],
  [
    'a streamed response',
    'openai',
    events,
    event({ type: 'response.created', response: { usage: null } }) +
      event({
        type: 'response.completed',
        response: { usage: { input_tokens: 100, output_tokens: 7 } },
      }),
  ],
  [
    'streamed content',
    'gemini',
    events,
    event({ usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 1 } }) +
      event({
        usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 4, thoughtsTokenCount: 3 },
      }),
  ],
  [
    'a list of content',
    'gemini',
    json,
    '[{"a":1},{"usageMetadata":{"promptTokenCount":100,"candidatesTokenCount":7}}]',
  ],
];

describe.each(answers)('%s of %s', (_, api, type, text) => {
  it.each([1, 7, 100_000])('is counted in pieces of %i bytes', (size) => {
    const reader = createUsageReader(api, type);
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.byteLength; at += size) reader.add(bytes.subarray(at, at + size));
    expect(reader.told()).toEqual({ read: 100, written: 7 });
  });
});

it('an answer that tells nothing, or nonsense, is not counted', () => {
  const nonsense = ['', '{}', 'usage', '{"usage":5}', '{"usage":{"input_tokens":-5}}'];
  const told = nonsense.map((text) => {
    const reader = createUsageReader('openai', json);
    reader.add(Buffer.from(text));
    return reader.told();
  });
  expect(told).toEqual([null, null, null, null, { read: 0, written: 0 }]);
});

describe('a question', () => {
  const of = (api: ApiName, path: string, question: object, room = 100) => {
    const bound = bounded(api, path, { ...question }, room);
    return bound.kind === 'fine' ? bound.question : bound.reason;
  };

  it.each([
    ['anthropic', '/v1/messages', { max_tokens: 500 }, { max_tokens: 100 }],
    ['anthropic', '/v1/messages', { max_tokens: 50 }, { max_tokens: 50 }],
    ['openai', '/responses', {}, { max_output_tokens: 100 }],
    [
      'openai',
      '/chat/completions',
      { stream: true, max_tokens: 1 },
      { stream: true, max_tokens: 1, stream_options: { include_usage: true } },
    ],
    ['gemini', '/x', {}, { generationConfig: { maxOutputTokens: 100 } }],
    [
      'gemini',
      '/x',
      { generation_config: { max_output_tokens: 500 } },
      { generation_config: { max_output_tokens: 100 } },
    ],
  ] as const)('of %s at %s, %j, has room for its answer only', (api, path, question, bound) => {
    expect(of(api, path, question)).toEqual(bound);
  });

  it('needs no bound while there is more room than an answer takes', () => {
    expect(of('openai', '/responses', {}, 500_000)).toEqual({});
    expect(of('gemini', '/x', {}, 500_000)).toEqual({});
  });

  it('that would think longer than there is room, or have more than one answer, is refused', () => {
    const thinking = { thinking: { budget_tokens: 100 }, max_tokens: 500 };
    expect(of('anthropic', '/v1/messages', thinking)).toContain('100 are left');
    expect(of('gemini', '/x', { generationConfig: { candidateCount: 2 } })).toContain('one answer');
    expect(of('gemini', '/x', { generationConfig: [] })).toContain('is an object');
  });
});
