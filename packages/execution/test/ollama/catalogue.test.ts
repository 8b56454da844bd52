/** What a peer knows of a server's models, and what it offers. */
import { createOllama, createRunner } from '@bzzz/execution';
import { limits } from '@bzzz/protocol';
import { afterEach, expect, it } from 'vitest';
import {
  inOrder,
  type ScriptedModel,
  type ScriptedOllama,
  startScriptedOllama,
} from '@bzzz/testkit/scripted/ollama';
import { until } from '../support.ts';

const servers: ScriptedOllama[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

async function make(
  models: readonly ScriptedModel[],
  options: { lookMs?: number; headers?: Record<string, string> } = {},
) {
  const server = await startScriptedOllama(inOrder(), models);
  servers.push(server);
  const runner = createRunner({ sandbox: 'required' });
  return { server, ollama: createOllama({ runner }, { url: server.url, ...options }) };
}

it('knows nothing before it has looked', async () => {
  const { ollama } = await make([{ name: 'coder:7b' }]);
  expect(ollama.executor.models?.()).toEqual([]);
  expect(ollama.details()).toEqual([]);
});

it('knows what the server tells', async () => {
  const { ollama } = await make([
    { name: 'coder:7b', contextTokens: 131_072, loaded: true },
    { name: 'general:latest' },
    { name: 'embed:latest', tools: false },
    { name: 'no name of a model!' },
    { name: '../../etc/passwd' },
  ]);
  await ollama.refresh();
  expect(ollama.executor.models?.()).toEqual(['coder:7b', 'general:latest', 'general']);
  const usual = { bytes: 4_700_000_000, family: 'qwen2', parameterSize: '7.6B' };
  expect(ollama.details()).toEqual([
    { ...usual, name: 'coder:7b', contextTokens: 131_072, usesTools: true, loaded: true },
    { ...usual, name: 'general:latest', contextTokens: null, usesTools: true, loaded: false },
    { ...usual, name: 'embed:latest', contextTokens: null, usesTools: false, loaded: false },
  ]);
});

it('tells how large they are, and how long a text they read here', async () => {
  const { ollama } = await make([
    { name: 'coder:7b', contextTokens: 131_072 },
    { name: 'b:latest' },
  ]);
  await ollama.refresh();
  expect(ollama.executor.facts?.()).toEqual([
    // No larger window is asked for than that.
    { name: 'coder:7b', parameters: 7_600_000_000, contextTokens: 32_768 },
    { name: 'b:latest', parameters: 7_600_000_000, contextTokens: null },
    { name: 'b', parameters: 7_600_000_000, contextTokens: null },
  ]);
});

it('follows the server, and asks about each model only once', async () => {
  const { ollama, server } = await make([{ name: 'coder:7b' }]);
  await ollama.refresh();
  server.models = [{ name: 'coder:7b' }, { name: 'helper:3b', loaded: true }];
  await ollama.refresh();
  expect(ollama.executor.models?.()).toEqual(['coder:7b', 'helper:3b']);
  expect(ollama.details()[1]).toMatchObject({ loaded: true });
  expect(server.asked.filter((what) => what === 'POST /api/show')).toHaveLength(2);
  server.models = [];
  await ollama.refresh();
  expect(ollama.executor.models?.()).toEqual([]);
});

it('takes no more models than it can tell others', async () => {
  const many = Array.from({ length: 300 }, (_, index) => ({ name: `m${index}` }));
  const { ollama } = await make(many);
  await ollama.refresh();
  expect(ollama.details()).toHaveLength(limits.capabilityItemsMax);
});

it('sends the headers that the operator gives', async () => {
  const { ollama, server } = await make([], { headers: { 'x-key': 'of the proxy' } });
  await ollama.refresh();
  expect(server.headers.map((headers) => headers['x-key'])).toEqual([
    'of the proxy',
    'of the proxy',
  ]);
});

it.each([
  [500, '{"error":"broken"}', 'the server answered 500: broken'],
  [200, '{"models":7}', 'the server does not speak like Ollama'],
  [200, '[]', 'the server does not speak like Ollama'],
  [200, 'hello', 'not valid JSON'],
  [200, ' '.repeat(17 * 1024 * 1024), 'longer than'],
])(
  'keeps its models through one answer of %i %.20s, and not through two',
  async (status, body, reason) => {
    const { ollama, server } = await make([{ name: 'coder:7b' }]);
    await ollama.refresh();
    server.broken = { status, body };
    for (const known of [['coder:7b'], []]) {
      await expect(ollama.refresh()).rejects.toMatchObject({
        code: 'model_unreachable',
        reason: expect.stringContaining(reason),
      });
      expect(ollama.executor.models?.()).toEqual(known);
    }
    server.broken = null;
    await ollama.refresh();
    expect(ollama.executor.models?.()).toEqual(['coder:7b']);
  },
);

it('keeps its models when a server says nothing once', async () => {
  const { ollama, server } = await make([{ name: 'coder:7b' }], { lookMs: 300 });
  await ollama.refresh();
  server.silent = true;
  await expect(ollama.refresh()).rejects.toMatchObject({ code: 'model_unreachable' });
  expect(ollama.executor.models?.()).toEqual(['coder:7b']);
  await expect(ollama.refresh()).rejects.toMatchObject({ code: 'model_unreachable' });
  expect(ollama.executor.models?.()).toEqual([]);
});

it('has no models at once when nobody listens any more', async () => {
  const { ollama, server } = await make([{ name: 'coder:7b' }]);
  await ollama.refresh();
  await server.close();
  // The connection that was kept open is seen to be closed by whoever uses it first.
  await until(() => fetch(server.url).then(() => false, isRefused));
  await expect(ollama.refresh()).rejects.toMatchObject({ code: 'model_unreachable' });
  expect(ollama.executor.models?.()).toEqual([]);
});

function isRefused(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}

it('stops to look when it is told to', async () => {
  const { ollama, server } = await make([{ name: 'coder:7b' }]);
  await ollama.refresh();
  server.silent = true;
  const abort = new AbortController();
  const refused = expect(ollama.refresh({ signal: abort.signal })).rejects.toMatchObject({
    code: 'aborted',
  });
  const asked = server.asked.length;
  await until(() => server.asked.length > asked);
  abort.abort();
  await refused;
  // What was known is as true as before.
  expect(ollama.executor.models?.()).toEqual(['coder:7b']);
});
