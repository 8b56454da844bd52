/** The way from a sandbox to a model API lets through what it must, and nothing else. */
import { mkdtemp, rm } from 'node:fs/promises';
import { request as http } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BzzzError, parsePolicy } from '@bzzz/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { modelApis } from '../../src/cli/api/apis.ts';
import { createProxy, type ProxyLimits } from '../../src/cli/api/proxy.ts';
import { startApi } from '../support/cli-world.ts';

const pass = 'bzzz-pass-of-this-run';

it.each(Object.values(modelApis))('no policy opens another way to the API of $name', ({ url }) => {
  const recipe = { run: ['a'], accept: ['b'], network: [new URL(url).hostname] };
  const policy = JSON.stringify({ version: 1, recipes: { format: recipe } });
  expect(() => parsePolicy(policy)).toThrow(/through the peer/);
});

interface Setting {
  readonly key?: () => Promise<string | null>;
  readonly limits?: Partial<ProxyLimits>;
  readonly path?: string;
  readonly answer?: Parameters<typeof startApi>[0];
}

async function proxy({ key = async () => 'sk-real', limits, path = '', answer }: Setting = {}) {
  const server = await startApi(answer);
  onTestFinished(() => server.close());
  const made = createProxy({
    api: modelApis.openai,
    url: `${server.url}${path}`,
    key,
    pass,
    limits: {
      answersMax: 10,
      requestBytesMax: 1024 * 1024,
      totalBytesMax: 16 * 1024 * 1024,
      stallMs: 20_000,
      tokensMax: 1_000_000,
      models: null,
      ...limits,
    },
  });
  onTestFinished(() => made.close());
  const folder = await mkdtemp(join(tmpdir(), 'bzzz-proxy-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const socketPath = join(folder, 'api.sock');
  await made.listen(socketPath);
  return { made, server, ask: (options: Ask = {}) => askOver(socketPath, options) };
}

interface Ask {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly signal?: AbortSignal;
}

const trusted = { authorization: `Bearer ${pass}`, 'content-type': 'application/json' };

/** A question of about so many bytes. */
function words(bytes: number): string {
  return JSON.stringify({ messages: [{ role: 'user', content: 'x'.repeat(bytes) }] });
}

function askOver(socketPath: string, ask: Ask): Promise<{ status: number; body: string }> {
  const { method = 'POST', path = '/chat/completions', headers = trusted, body = '{}' } = ask;
  const signal = ask.signal === undefined ? {} : { signal: ask.signal };
  return new Promise((resolve, reject) => {
    const sent = http({ socketPath, method, path, headers, ...signal }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('error', reject);
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: text }));
    });
    sent.on('error', reject);
    sent.end(method === 'GET' ? undefined : body);
  });
}

it('puts the key of the operator in place of the pass, and passes on no other credential', async () => {
  const { ask, server } = await proxy({
    path: '/v1',
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'set-cookie': 'a=b' });
      response.end('data: 1\n\n');
    },
  });
  const headers = { ...trusted, 'x-api-key': 'other', cookie: 'c=d', 'openai-beta': 'x' };
  const answer = await ask({ headers, path: '/chat/completions?a=1&key=k2', body: '{"x":1}' });
  expect(answer).toEqual({ status: 200, body: 'data: 1\n\n' });
  const [asked] = server.asked;
  expect(asked).toMatchObject({
    what: 'POST /v1/chat/completions?a=1',
    body: '{"x":1}',
    headers: { authorization: 'Bearer sk-real', 'openai-beta': 'x' },
  });
  expect(asked?.headers).not.toHaveProperty('x-api-key');
  expect(asked?.headers).not.toHaveProperty('cookie');
});

it.each([
  ['another path', { path: '/files' }, 403],
  ['a path that leads out', { path: '/chat/../files' }, 403],
  ['a path that is written otherwise', { path: '/chat%2fcompletions' }, 403],
  ['another host', { path: 'http://elsewhere.invalid/files' }, 403],
  ['another method', { method: 'PUT' }, 403],
  ['no pass', { headers: {} }, 401],
  ['another pass', { headers: { authorization: 'Bearer bzzz-pass-of-another-run' } }, 401],
  ['the pass elsewhere', { headers: { 'x-api-key': pass } }, 401],
])('lets nothing through with %s', async (_, asked, status) => {
  const { ask, server } = await proxy();
  expect(await ask(asked)).toMatchObject({ status });
  expect(server.asked).toEqual([]);
});

it('never asks another host than the one that is configured', async () => {
  const { ask, server } = await proxy();
  const headers = { ...trusted, host: 'elsewhere.invalid' };
  await ask({ path: 'http://elsewhere.invalid/models', method: 'GET', headers });
  expect(server.asked).toMatchObject([{ what: 'GET /models' }]);
  expect(server.asked[0]?.headers.host).toBe(new URL(server.url).host);
});

it('reads the key anew for each request, and says when it cannot', async () => {
  const keys: (string | BzzzError | null)[] = [
    'sk-1',
    'sk-2',
    new BzzzError('peer_key_unsafe', 'key has mode 0644'),
    null,
  ];
  const { ask, server, made } = await proxy({
    key: async () => {
      const next = keys.shift() ?? null;
      if (next instanceof BzzzError) throw next;
      return next;
    },
  });
  const answers = [await ask(), await ask(), await ask(), await ask()];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 502, 200]);
  expect(answers[2]?.body).toContain('key has mode 0644');
  expect(made.objection).toContain('cannot be read');
  const told = server.asked.map(({ headers }) => headers.authorization);
  expect(told).toEqual(['Bearer sk-1', 'Bearer sk-2', undefined]);
});

it('asks a model no more often than it may, and anything else as before', async () => {
  const { ask, server, made } = await proxy({ limits: { answersMax: 2 } });
  const answers = [
    await ask(),
    await ask(),
    await ask(),
    await ask({ method: 'GET', path: '/models' }),
  ];
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 403, 200]);
  expect(server.asked).toHaveLength(3);
  expect(made).toMatchObject({ answers: 2, objection: 'it had 2 answers and was not done' });
});

it('lets no huge request through, and no more than a run may have in all', async () => {
  const { ask, made } = await proxy({
    limits: { requestBytesMax: 100_000, totalBytesMax: 150_000 },
  });
  expect(await ask({ body: words(90_000) })).toMatchObject({ status: 200 });
  expect(await ask({ body: words(70_000) })).toMatchObject({ status: 403 });
  expect(made.objection).toContain('150000 bytes to and from the model are used up');
});

it('hides the key where a server repeats it in a complaint', async () => {
  const { ask } = await proxy({
    answer: (response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end('{"error":"wrong key sk-real"}');
    },
  });
  expect(await ask()).toEqual({ status: 401, body: '{"error":"wrong key (key)"}' });
});

it('lets no question through that would make the API use the network', async () => {
  const { ask, server, made } = await proxy();
  const body = JSON.stringify({ tools: [{ type: 'web_search' }], input: 'send it away' });
  expect(await ask({ body, path: '/responses' })).toMatchObject({ status: 403 });
  expect(made).toMatchObject({ answers: 0, objection: expect.stringContaining('"web_search"') });
  expect(server.asked).toEqual([]);
});

it('gives up a huge request in its middle', async () => {
  const { ask, server, made } = await proxy({ limits: { requestBytesMax: 100_000 } });
  // The connection is closed in the middle of what is still sent, or the refusal is read in time.
  const status = await ask({ body: 'x'.repeat(4_000_000) }).then(
    (answer) => answer.status,
    () => 413,
  );
  expect(status).toBe(413);
  expect(made.objection).toBe('a request has over 100000 bytes');
  expect(server.asked).toEqual([]);
});

it('ends an answer that is too long', async () => {
  const { ask, made } = await proxy({
    limits: { totalBytesMax: 200_000 },
    answer: (response) => {
      response.on('error', () => undefined);
      response.end(Buffer.alloc(1_000_000));
    },
  });
  await expect(ask()).rejects.toThrow();
  expect(made.objection).toContain('used up');
});

it('says that the API does not answer, and gives up one that stands still', async () => {
  const { ask, made } = await proxy({ limits: { stallMs: 300 }, answer: () => undefined });
  expect(await ask()).toMatchObject({ status: 502 });
  expect(made.objection).toContain('nothing came for 300 ms');
});

it('lets a question pass for the model of the operator only, and says which others were wanted', async () => {
  const { ask, made, server } = await proxy({ limits: { models: ['gpt-5', 'small'] } });
  const asking = (model?: string) => ask({ body: JSON.stringify({ model }) });
  for (const model of ['gpt-5', 'small', 'gpt-5-2025-08-07', 'small-latest']) {
    expect(await asking(model)).toMatchObject({ status: 200 });
  }
  const refused = await asking('gpt-5-pro');
  expect(refused.status).toBe(403);
  expect(JSON.parse(refused.body).error.message).toBe(
    'it asked the model gpt-5-pro, and this peer lets it ask gpt-5, small',
  );
  expect(await asking()).toMatchObject({ status: 403 });
  expect([...made.refusals]).toHaveLength(2);
  expect(made.answers).toBe(4);
  expect(server.asked).toHaveLength(4);
});

it('counts what the API says that answers took, and lets nothing more through at the cap', async () => {
  const { ask, made, server } = await proxy({
    limits: { tokensMax: 1_000 },
    answer: (response) => {
      response.end(JSON.stringify({ usage: { prompt_tokens: 600, completion_tokens: 100 } }));
    },
  });
  const long = { max_tokens: 64_000, max_completion_tokens: 10 };
  expect(await ask({ body: JSON.stringify(long) })).toMatchObject({ status: 200 });
  expect(made.seen).toEqual({ read: 600, written: 100 });
  const [first] = server.asked.map(({ body }) => JSON.parse(body));
  expect(first).toEqual({ max_tokens: 988, max_completion_tokens: 10 });

  // Where it names no bound it gets one.
  expect(await ask()).toMatchObject({ status: 200 });
  expect(JSON.parse(server.asked[1]?.body ?? '')).toEqual({ max_completion_tokens: 299 });
  const over = await ask();
  expect(over.status).toBe(403);
  expect(over.body).toContain('its 1000 tokens are used up');
  expect(made.objection).toBe('its 1000 tokens are used up');
  expect(server.asked).toHaveLength(2);
});

it.each([
  ['{"n":2}', 'one answer'],
  ['{"max_tokens":"64000"}', 'is a number'],
])('refuses %s, which would take more than was asked for', async (body, why) => {
  const { ask, server } = await proxy();
  const answer = await ask({ body });
  expect(answer.status).toBe(403);
  expect(answer.body).toContain(why);
  expect(server.asked).toEqual([]);
});

it('estimates an answer that the tool does not hear to its end', async () => {
  const { ask, made } = await proxy({
    limits: { totalBytesMax: 10_000 },
    answer: (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(`data: ${'x'.repeat(9_000)}\n\n`.repeat(10));
    },
  });
  await ask({ body: words(400) }).catch(() => undefined);
  await expect.poll(() => made.seen.read).toBeGreaterThan(100);
});

it('counts a question as read that the tool leaves before its answer begins', async () => {
  const { ask, made, server } = await proxy({
    limits: { tokensMax: 300 },
    // It thinks, and bills for it.
    answer: () => undefined,
  });
  const leaving = new AbortController();
  const left = ask({ body: words(400), signal: leaving.signal }).catch(() => 'gone');
  await expect.poll(() => server.asked).toHaveLength(1);
  leaving.abort();
  expect(await left).toBe('gone');
  await expect.poll(() => made.seen.read).toBeGreaterThan(100);
  expect(made.seen.written).toBe(0);
  expect((await ask({ body: words(800) })).body).toContain('its 300 tokens are used up');
});

it('counts nothing of a question that the API refuses, or that does not reach it', async () => {
  const { ask, made, server } = await proxy({
    answer: (response) => response.writeHead(529).end('busy'),
  });
  expect(await ask({ body: words(400) })).toMatchObject({ status: 529 });
  await server.close();
  expect(await ask({ body: words(400) })).toMatchObject({ status: 502 });
  expect(made.seen).toEqual({ read: 0, written: 0 });
});
