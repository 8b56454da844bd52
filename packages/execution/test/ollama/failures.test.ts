/** Servers that fail in every way that they can, and attempts that are cancelled. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ModelName, type Spent } from '@bzzz/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  calls,
  finish,
  makeOllamaWorld,
  model,
  type OllamaWorld,
  type OllamaWorldOptions,
} from '../support/ollama-world.ts';
import { type ChatRequest, inOrder, type Reply } from '@bzzz/testkit/scripted/ollama';
import { lives, uniqueSleep, until } from '../support.ts';

const second = ModelName.parse('helper:3b');
const models = [{ name: model }, { name: second }];
const job = { models: [model, second] };

const made: OllamaWorld[] = [];
afterEach(async () => {
  for (const at of made.splice(0)) await at.dispose();
});
async function make(options: OllamaWorldOptions): Promise<OllamaWorld> {
  const at = await makeOllamaWorld({ models, ...options });
  made.push(at);
  return at;
}

/** The first model answers so, the second does the work. */
const firstFails = (reply: Reply) => (chat: ChatRequest) => (chat.model === model ? reply : finish);
const raw = (text: string, after: 'end' | 'break' | 'wait'): Reply => ({
  kind: 'raw',
  text,
  after,
});
const status = (code: number, body: string, type?: string): Reply => ({
  kind: 'status',
  status: code,
  body,
  ...(type === undefined ? {} : { type }),
});

describe('a model that fails', () => {
  const brief = { stallMs: 300, answerBytesMax: 64 * 1024 };
  it.each([
    ['is gone', status(404, '{"error":"model not found"}'), 'answered 404: model not found', 1],
    ['breaks', status(500, '{"error":"out of memory"}'), 'answered 500: out of memory', 1],
    ['is busy', status(503, 'busy\nbusy', 'text/plain'), 'answered 503: busy busy', 1],
    ['is behind a proxy', status(502, '<p>Bad', 'text/html'), 'answered 502: <p>Bad', 1],
    ['ends early, twice', raw('', 'end'), 'the answer was cut off', 2],
    ['loses its connection, twice', raw('', 'break'), 'the answer was cut off', 2],
    ['ends within a line, twice', raw('{"message":{"con', 'end'), 'the answer was cut off', 2],
    ['fails on the way, twice', raw('{"error":"CUDA error"}\n', 'wait'), 'failed: CUDA error', 2],
    ['sends no JSON', raw('hello\n', 'wait'), 'a line that is no JSON', 1],
    ['sends no object', raw('7\n', 'wait'), 'a line that is no object', 1],
    ['sends no answer', raw('{"message":7}\n', 'wait'), 'no part of an answer', 1],
    ['says nothing more', raw('', 'wait'), 'nothing came from the server for 300 ms', 1],
    ['says nothing at all', { kind: 'silence' }, 'nothing came from the server for 300 ms', 1],
    ['does not stop', { kind: 'flood' }, 'the answer is longer than 65536 bytes', 1],
    ['does not stop a line', raw('x'.repeat(80_000), 'wait'), 'longer than 65536 bytes', 1],
  ] as const)('since it %s, is followed by the next', async (_, reply, reason, tries) => {
    const printed = [vi.spyOn(console, 'log'), vi.spyOn(console, 'warn')];
    const at = await make({ script: firstFails(reply), ollama: brief });
    const report = await at.run(job);
    expect(report).toMatchObject({ succeeded: true, spent: { model: second, turns: 1 } });
    expect(report.reason).toContain(`it says: Mended.; ${model}: `);
    expect(report.reason).toContain(reason);
    expect(at.server.chats.map((chat) => chat.model)).toEqual([
      ...Array.from({ length: tries }, () => model),
      second,
    ]);
    // Nothing of the answer is waited for any more, and the client kept quiet.
    await until(() => at.server.open() === 0);
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
    vi.restoreAllMocks();
  });

  it('once by a cut, is asked again and goes on', async () => {
    const at = await make({ script: inOrder(raw('', 'break'), finish) });
    expect(await at.run(job)).toMatchObject({ succeeded: true, spent: { model, turns: 1 } });
  });

  it('in the middle of the work, hands over what was said and done', async () => {
    const script = inOrder(
      calls(['write_file', { path: 'a.txt', content: 'x' }]),
      status(500, '{"error":"gone"}'),
      finish,
    );
    const at = await make({ script });
    expect(await at.run(job)).toMatchObject({
      succeeded: true,
      spent: { model: second, turns: 2, tokensRead: 200 },
    });
    const [, cut, last] = at.server.chats;
    expect(last?.messages).toEqual(cut?.messages);
    expect(last?.messages.at(-1)?.content).toContain('a.txt is written');
  });

  it('since the request is wrong, is followed by nobody', async () => {
    const at = await make({ script: firstFails(status(400, '{"error":"invalid options"}')) });
    const report = await at.run(job);
    expect(report).toEqual({
      succeeded: false,
      reason: `no model answers; ${model}: the server answered 400: invalid options`,
      commands: [],
    });
    expect(at.server.chats).toHaveLength(1);
  });

  it('as all others do, fails the attempt and names each', async () => {
    const at = await make({ script: () => status(500, '{"error":"broken"}') });
    const { succeeded, reason } = await at.run(job);
    expect(succeeded).toBe(false);
    expect(reason).toBe(
      `no model answers; ${model}: the server answered 500: broken; ${second}: the server answered 500: broken`,
    );
  });

  it('with its server, fails the attempt', async () => {
    const at = await make({ script: inOrder(finish) });
    await at.server.close();
    const report = await at.run(job);
    expect(report.succeeded).toBe(false);
    expect(report.reason).toMatch(/^no model answers; coder:7b: the server cannot be reached: /);
    expect(report.lacks).toEqual({ kind: 'model', name: `${model} or ${second}` });
  });

  it('by an endless error page, is given up within bounds', async () => {
    const at = await make({ script: firstFails(status(500, 'x'.repeat(5_000_000), 'text/plain')) });
    expect((await at.run(job)).reason.length).toBeLessThan(300);
  });

  it('is never asked when this machine does not have it', async () => {
    const at = await make({ script: inOrder(finish), models: [{ name: second }] });
    expect(await at.run(job)).toMatchObject({ succeeded: true, spent: { model: second } });
    const none = await at.run({ models: [ModelName.parse('other')] });
    const lacks = { kind: 'model', name: 'other' };
    const reason = 'this peer has none of other';
    expect(none).toEqual({ succeeded: false, reason, commands: [], lacks });
  });
});

describe('an attempt that is cancelled', () => {
  it.each([
    ['before the first byte', { kind: 'silence' }],
    ['in the middle of a stream', raw('', 'wait')],
    ['in a flood', { kind: 'flood' }],
  ] as const)('%s, ends the connection and throws aborted', async (_, reply) => {
    const at = await make({
      script: () => reply,
      ollama: { answerBytesMax: Number.MAX_SAFE_INTEGER },
    });
    const abort = new AbortController();
    const refused = expect(at.run(job, { signal: abort.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    await until(() => at.server.open() === 1);
    abort.abort();
    await refused;
    await until(() => at.server.open() === 0);
    expect(at.server.chats).toHaveLength(1);
  });

  it('has told what it cost until then', async () => {
    const first = calls(['read_file', { path: 'README.md' }]);
    const at = await make({ script: inOrder(first, { kind: 'silence' }) });
    const abort = new AbortController();
    const told: Spent[] = [];
    const refused = expect(
      at.run(job, { signal: abort.signal, onSpent: (spent) => told.push(spent) }),
    ).rejects.toMatchObject({ code: 'aborted' });
    await until(() => at.server.chats.length === 2 && told.length > 0);
    abort.abort();
    await refused;
    expect(told.at(-1)).toMatchObject({ executor: 'ollama', turns: 1, costUsd: null });
    expect(told.at(-1)?.tokensRead).toBeGreaterThan(0);
  });

  it('in the middle of a command, leaves nothing of it', async () => {
    const seconds = uniqueSleep();
    const at = await make({ script: () => calls(['run', { name: 'wait' }]) });
    const abort = new AbortController();
    const commands = { wait: ['sh', '-c', `sleep ${seconds} & wait`] };
    const work = at.run({ ...job, commands }, { signal: abort.signal });
    const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
    await until(() => lives(`sleep\0${seconds}`));
    abort.abort();
    await refused;
    expect(lives(seconds)).toBe(false);
  });

  it('before it begins, asks nobody', async () => {
    const at = await make({ script: inOrder(finish) });
    const work = at.run(job, { signal: AbortSignal.abort() });
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
    expect(at.server.chats).toEqual([]);
  });
});

describe('a command', () => {
  it('that hangs is ended, and the model is told', async () => {
    const seconds = uniqueSleep();
    const script = inOrder(
      calls(['run', { name: 'wait' }]),
      calls(['write_file', { path: 'after.txt', content: 'x' }]),
      finish,
    );
    const at = await make({ script, ollama: { commandMs: 300 } });
    const report = await at.run({ ...job, commands: { wait: ['sleep', seconds] } });
    expect(report).toMatchObject({ succeeded: true, commands: [{ exitCode: null }] });
    expect(at.server.chats[1]?.messages.at(-1)?.content).toContain('it was ended after 300 ms');
    expect(existsSync(join(at.workspace.path, 'after.txt'))).toBe(true);
    expect(lives(seconds)).toBe(false);
  });

  it('is not run where the sandbox is missing', async () => {
    const script = () => calls(['run', { name: 'test' }]);
    const at = await make({ script, world: { bubblewrap: '/nonexistent/bwrap' } });
    const work = at.run({ ...job, commands: { test: ['true'] } });
    await expect(work).rejects.toMatchObject({ code: 'sandbox_missing' });
  });
});
