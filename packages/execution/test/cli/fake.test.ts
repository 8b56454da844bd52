/** Tools that do their work, and tools that do everything else: what becomes of them, and what is told. */
import { readFile, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Spent } from '@bzzz/protocol';
import { type CliWorldOptions, makeCliWorld, realKey } from '../support/cli-world.ts';
import { lives, uniqueSleep, until } from '../support.ts';

async function world(options: CliWorldOptions) {
  const at = await makeCliWorld(options);
  onTestFinished(() => at.dispose());
  return at;
}

const works = `
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
const prompt = readFileSync(0, 'utf8');
const root = process.env.ANTHROPIC_BASE_URL;
const headers = { 'x-api-key': process.env.ANTHROPIC_API_KEY, 'content-type': 'application/json' };
say({ type: 'system', subtype: 'init', session_id: 's-1', model: 'sonnet' });
console.log('a warning for people');
const answer = await fetch(root + '/v1/messages?beta=true', { method: 'POST', headers, body: JSON.stringify({ model: 'claude-sonnet-4-5-20250929', system: prompt }) });
const other = await fetch(root + '/v1/files', { method: 'POST', headers, body: '{}' });
const environments = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name)).map((pid) => {
  try { return readFileSync('/proc/' + pid + '/environ', 'latin1') + readFileSync('/proc/' + pid + '/cmdline', 'latin1'); } catch { return ''; }
});
writeFileSync('seen.json', JSON.stringify({ answer: await answer.text(), other: other.status, argv: process.argv.slice(2), environments }));
done({ num_turns: 3, total_cost_usd: 0.25, usage: { input_tokens: 10, cache_read_input_tokens: 90, output_tokens: 7 } });
`;

/** Asks its model once, says so, and then nothing comes any more. */
const hangs = `
const headers = { 'x-api-key': process.env.ANTHROPIC_API_KEY, 'content-type': 'application/json' };
await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', { method: 'POST', headers, body: '{}' });
say({ type: 'system', subtype: 'init', session_id: 's-1', model: 'sonnet' });
setInterval(() => {}, 1_000);
`;

it('whoever watches a coding tool reads words, not events, and its warnings', async () => {
  const script = `
say({ type: 'system', subtype: 'init', session_id: 's-1', model: 'sonnet' });
console.error('a warning of its runtime');
const content = [{ type: 'text', text: 'I look.' }, { type: 'tool_use', name: 'Bash', input: { command: 'ls' } }];
say({ type: 'assistant', session_id: 's-1', message: { content } });
done({ num_turns: 1 });
`;
  const at = await world({ script });
  let printed = '';
  const report = await at.run({}, { onPrinted: (more) => void (printed += more) });
  expect(report.succeeded).toBe(true);
  expect(printed).toContain('[claude] I look.\n[tool] Bash {"command":"ls"}\n');
  expect(printed).toContain('a warning of its runtime\n');
  expect(printed).not.toContain('session_id');
});

it('a coding tool that is cut short has told what it cost until then', async () => {
  const at = await world({ script: hangs, answer: (response) => response.end('{}') });
  const abort = new AbortController();
  const told: Spent[] = [];
  const onSpent = (spent: Spent) => void told.push(spent);
  const refused = expect(at.run({}, { signal: abort.signal, onSpent })).rejects.toMatchObject({
    code: 'aborted',
  });
  await until(() => told.length > 0);
  abort.abort();
  await refused;
  expect(told.at(-1)).toMatchObject({ executor: 'claude', model: 'sonnet', turns: 1 });
});

/** Asks a model that it may, then one that it may not, and says that it took next to nothing. */
const lies = `
const headers = { 'x-api-key': process.env.ANTHROPIC_API_KEY, 'content-type': 'application/json' };
const ask = (model) => fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', {
  method: 'POST', headers, body: JSON.stringify({ model, max_tokens: 64000, messages: [] }),
});
await (await ask('m')).text();
const refused = await ask('dear');
say({ type: 'system', subtype: 'init', session_id: 's-1', model: 'm' });
say({ type: 'assistant', session_id: 's-1', text: await refused.text() });
done({ num_turns: 1, usage: { input_tokens: 1, output_tokens: 900 } });
`;
const usage = { input_tokens: 100, cache_read_input_tokens: 5_000, output_tokens: 40 };

it('what the model API says counts where a tool told less, and it asks no model but that of the operator', async () => {
  const told: Spent[] = [];
  const at = await world({
    script: lies,
    cli: { model: 'm', models: ['small'] },
    answer: (response) => {
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ usage }));
    },
  });
  const report = await at.run({}, { onSpent: (spent) => void told.push(spent) });
  const spent = { model: 'm', turns: 1, tokensRead: 5_100, tokensWritten: 900, costUsd: null };
  expect(report).toMatchObject({ succeeded: true, spent });
  expect(report.reason).toContain('it asked the model dear, and this peer lets it ask m, small');
  expect(told.at(-1)).toMatchObject(spent);
  // Told as soon as the API had, before the tool had said anything.
  expect(told[0]).toMatchObject({ tokensRead: 5_100, tokensWritten: 40 });
  expect(at.api.asked).toHaveLength(1);
});

describe.each(['required', 'off'] as const)('a coding tool, sandbox %s', (sandbox) => {
  it('works with a prompt that names its sources, and with a key that it never sees', async () => {
    const at = await world({
      script: works,
      world: { sandbox },
      cli: { model: 'sonnet' },
      answer: (response) => response.end('{"hello":1}'),
    });
    expect(at.cli.seen()).toMatchObject({ kind: 'there', version: '9.8.7' });
    expect(at.cli.executor.ready?.()).toBe(true);

    const report = await at.run();
    expect(report).toMatchObject({
      succeeded: true,
      reason: 'it says: Mended.; 1 lines of it were not understood',
      spent: {
        executor: 'claude',
        model: 'sonnet',
        turns: 3,
        tokensRead: 100,
        tokensWritten: 7,
        costUsd: 0.25,
      },
    });
    expect(report.commands).toMatchObject([{ exitCode: 0 }]);
    expect(report.commands[0]?.argv.slice(-2)).toEqual(['--model', 'sonnet']);

    const [asked, ...more] = at.api.asked;
    expect(more).toEqual([]);
    expect(asked?.what).toBe('POST /v1/messages?beta=true');
    expect(asked?.headers['x-api-key']).toBe(realKey);
    const { system: prompt } = JSON.parse(asked?.body ?? '{}');
    expect(prompt).toMatch(/<<(\w+) from bzzz: rules>>\nChange files[^]*<<\1 end>>/);
    expect(prompt).toMatch(/from a maintainer of the repository: instructions>>\nTwo spaces\./);
    expect(prompt).toMatch(/from the author of the issue[^>]*>>\nMend the widget\./);
    expect(prompt).toContain('- test: node --test');

    const seen = JSON.parse(await readFile(join(at.workspace.path, 'seen.json'), 'utf8'));
    expect(seen).toMatchObject({ answer: '{"hello":1}', other: 403 });
    if (sandbox === 'required') expect(JSON.stringify(seen)).not.toContain(realKey);
    // Nothing of the way to the API is left.
    const beside = await readdir(dirname(at.workspace.path));
    expect(beside.filter((name) => name.startsWith('cli-'))).toEqual([]);
  });

  it('is ended when it hangs', async () => {
    const at = await world({ script: 'setInterval(() => {}, 1000);', world: { sandbox } });
    const report = await at.run({}, { attemptMs: 1_500 });
    expect(report.succeeded).toBe(false);
    expect(report.reason).toBe('it was ended after 1500 ms');
    expect(report.commands).toMatchObject([{ exitCode: null }]);
  });

  it('is ended when it ignores that it should end', async () => {
    const seconds = uniqueSleep();
    const script = `
import { spawn } from 'node:child_process';
process.on('SIGTERM', () => {});
process.on('SIGINT', () => {});
spawn('sh', ['-c', 'trap "" TERM HUP INT; sleep ${seconds}; sleep ${seconds}'], { stdio: 'ignore' });
setInterval(() => {}, 1000);`;
    const at = await world({ script, world: { sandbox } });
    const abort = new AbortController();
    const work = at.run({}, { signal: abort.signal });
    const refused = expect(work).rejects.toMatchObject({ code: 'aborted' });
    await until(() => lives(`sleep\0${seconds}`));
    abort.abort();
    await refused;
    expect(lives(seconds)).toBe(false);
  });

  it('leaves no grandchildren, however they were started', async () => {
    const seconds = uniqueSleep();
    const script = `
import { spawn } from 'node:child_process';
const child = spawn('sh', ['-c', 'sleep ${seconds} & sleep ${seconds}'], { stdio: 'ignore', detached: true });
child.unref();
done();`;
    const at = await world({ script, world: { sandbox } });
    expect(await at.run()).toMatchObject({ succeeded: true });
    expect(lives(seconds)).toBe(false);
  });

  it('is ended when it forks without end', async () => {
    const seconds = uniqueSleep();
    const script = `
import { spawn } from 'node:child_process';
setInterval(() => { for (let i = 0; i < 20; i += 1) spawn('sleep', ['${seconds}'], { stdio: 'ignore' }).on('error', () => {}); }, 50);`;
    const at = await world({ script, world: { sandbox } });
    const report = await at.run();
    expect(report.succeeded).toBe(false);
    expect(report.reason).toBe('it was ended: it had more than 256 processes');
    expect(lives(seconds)).toBe(false);
  });

  it('is ended when it floods', async () => {
    const script = `
const line = JSON.stringify({ type: 'assistant', text: 'x'.repeat(60_000) }) + '\\n';
const more = () => { while (process.stdout.write(line)); process.stdout.once('drain', more); };
more();`;
    const at = await world({ script, world: { sandbox }, cli: { outputBytesMax: 1024 * 1024 } });
    const report = await at.run();
    expect(report.succeeded).toBe(false);
    expect(report.reason).toBe('it was ended: it printed more than 1048576 bytes');
  });
});

describe('what a coding tool tells', () => {
  it('is no success without the word that it is done', async () => {
    const at = await world({ script: `say({ type: 'system', session_id: 's-1' });` });
    expect(await at.run()).toMatchObject({
      succeeded: false,
      reason: 'it did not say that it is done',
    });
  });

  it('is a failure when it says so, whatever its exit code', async () => {
    const script = `done({ subtype: 'error_max_turns', is_error: true, result: 'gave up\\nearly' });`;
    const at = await world({ script });
    expect(await at.run()).toMatchObject({ succeeded: false, reason: 'it failed: gave up early' });
  });

  it('is explained by its exit code, and by what the model API was asked in vain', async () => {
    const script = `
const headers = { 'x-api-key': process.env.ANTHROPIC_API_KEY };
for (let i = 0; i < 3; i += 1) {
  const { status } = await fetch(process.env.ANTHROPIC_BASE_URL + '/v1/messages', { method: 'POST', headers, body: '{}' });
  if (status !== 200) process.exit(1);
}`;
    const at = await world({ script });
    expect(await at.run({ turnsMax: 2 })).toMatchObject({
      succeeded: false,
      reason: 'it ended with exit code 1 (it failed): it had 2 answers and was not done',
      spent: { turns: 2 },
    });
    expect(at.api.asked).toHaveLength(2);
  });

  it('is the same where a user namespace isolates it', async () => {
    const at = await world({ script: works, world: { way: 'user-namespace' } });
    expect(await at.run()).toMatchObject({ succeeded: true });
    expect(at.api.asked).toMatchObject([{ headers: { 'x-api-key': realKey } }]);
  });

  it('is nothing where the tool is not there', async () => {
    const at = await world({ script: 'done();', cli: { program: '/nowhere/claude' } });
    expect(at.cli.seen()).toEqual({ kind: 'missing' });
    expect(at.cli.executor.ready?.()).toBe(false);
    const lacks = { kind: 'executor', name: 'claude' };
    const reason = 'claude is not here';
    expect(await at.run()).toMatchObject({ succeeded: false, reason, lacks });
  });
});
