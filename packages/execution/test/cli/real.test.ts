/** A real coding tool from the registry, in the real sandbox, with a model that a test wrote down. */
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createCli } from '@bzzz/execution';
import { startScriptedGemini } from '@bzzz/testkit/scripted/gemini';
import { expect, it, onTestFinished, vi } from 'vitest';
import { job } from '../support/cli-world.ts';
import { helpInOrder, says } from '../support/helpers.ts';
import { limits, makeWorld, put } from '../support.ts';

vi.setConfig({ testTimeout: 180_000 });

const key = 'AIza-the-key-of-the-operator';
const manifest = createRequire(import.meta.url).resolve('@google/gemini-cli/package.json');
const program = join(dirname(manifest), 'bundle/gemini.js');

it('changes a file by a tool call of its model, and never sees the key', async () => {
  const world = makeWorld();
  onTestFinished(() => world.dispose());
  const workspace = await world.create();
  onTestFinished(() => workspace.dispose());
  const look =
    'cat /proc/*/environ /proc/*/cmdline | tr "\\0" "\\n" > seen.txt; find / -xdev -name "*key*" -path "*bzzz*" >> seen.txt; cat /opt/bzzz/cli/plan.json >> seen.txt; true';
  const server = await startScriptedGemini(key, [
    {
      kind: 'call',
      name: 'write_file',
      args: { file_path: '/workspace/src/value.txt', content: 'new\n' },
    },
    { kind: 'call', name: 'run_shell_command', args: { command: look } },
    { kind: 'text', text: 'The value is new.' },
  ]);
  onTestFinished(() => server.close());
  let keyReads = 0;
  const cli = createCli({ runner: world.runner }, 'gemini', {
    program,
    apiUrl: server.url,
    model: 'gemini-2.5-flash',
    lookMs: 60_000,
    apiKey: async () => {
      keyReads += 1;
      return key;
    },
  });
  await cli.refresh();
  expect(cli.seen()).toMatchObject({ kind: 'there', version: expect.stringMatching(/^\d+\.\d+/) });

  const report = await cli.executor.run({
    job: { ...job, executors: ['gemini'] },
    path: workspace.path,
    limits: { ...limits, attemptMs: 100_000 },
  });
  expect(report).toMatchObject({
    succeeded: true,
    reason: expect.stringContaining('The value is new.'),
  });
  expect(report.spent).toMatchObject({ executor: 'gemini', turns: server.questions.length });
  expect(report.spent?.tokensRead).toBeGreaterThan(0);

  expect(await readFile(join(workspace.path, 'src/value.txt'), 'utf8')).toBe('new\n');
  const collected = await workspace.collect('Change the value\n');
  expect(collected?.commits[0]?.files.map(({ path }) => path)).toContain('src/value.txt');

  // The prompt arrived with its sources, and every request with the key that only the peer has.
  const told = JSON.stringify(server.questions[0]);
  expect(told).toMatch(/from the author of the issue/);
  expect(told).toContain('Mend the widget.');
  expect(server.asked.length).toBe(keyReads);
  expect(new Set(server.asked.map(({ key: given }) => given))).toEqual(new Set([key]));
  const seen = await readFile(join(workspace.path, 'seen.txt'), 'utf8');
  expect(seen).toContain('GOOGLE_GEMINI_BASE_URL=http://127.0.0.1:');
  expect(seen).toContain('GEMINI_API_KEY=bzzz-');
  expect(seen).not.toContain(key);
});

// Its version 0.61.0 goes on with a session, but not with one in which it has called a tool: it then sends
// the result twice, which the API refuses (google-gemini/gemini-cli#29365). Should this fail since that is
// mended, all the better.
it('asks other peers, goes on with its own session, and begins anew where that does not work', async () => {
  const world = makeWorld();
  onTestFinished(() => world.dispose());
  const workspace = await world.create();
  onTestFinished(() => workspace.dispose());
  const written = { file_path: '/workspace/src/value.txt', content: 'whole\n' };
  const server = await startScriptedGemini(key, [
    { kind: 'text', text: 'A half.\n\nBZZZ-HELP: What is the other half?\nI tried one.' },
    { kind: 'call', name: 'write_file', args: written },
    { kind: 'text', text: 'BZZZ-HELP: Is it whole?' },
    { kind: 'text', text: 'The value is whole.' },
  ]);
  onTestFinished(() => server.close());
  const options = { program, apiUrl: server.url, model: 'gemini-2.5-flash', lookMs: 60_000 };
  const cli = createCli({ runner: world.runner }, 'gemini', {
    ...options,
    apiKey: async () => key,
  });
  await cli.refresh();
  const { help, questions } = helpInOrder(async () => {
    await put(workspace, 'src/other.txt', 'other\n');
    return { ...says('See src/other.txt.'), changed: true };
  }, says('It is.'));
  const report = await cli.executor.run({
    job: { ...job, executors: ['gemini'] },
    path: workspace.path,
    limits: { ...limits, attemptMs: 150_000 },
    help,
  });
  expect(report).toMatchObject({
    succeeded: true,
    reason: expect.stringMatching(/^it says: The value is whole\.; it began anew, since/),
    answer: 'The value is whole.',
    // Each run counts its own answers.
    spent: { tokensRead: 400, tokensWritten: 40 },
  });
  expect(questions).toEqual(['What is the other half?\nI tried one.', 'Is it whole?']);
  const resumed = report.commands.map(({ argv }) => argv.includes('--resume'));
  expect(resumed).toEqual([false, true, true, false]);
  expect(await readFile(join(workspace.path, 'src/value.txt'), 'utf8')).toBe('whole\n');

  // On its session it remembers what it was told and what it asked, and is told the answer after that.
  const told = server.questions.map(({ contents }) => contents.map((one) => JSON.stringify(one)));
  const order = ['Mend the widget.', 'BZZZ-HELP: What is', 'See src/other.txt.'];
  const places = order.map((text) => told[1]?.findIndex((one) => one.includes(text)));
  expect(places).toEqual([0, 1, 2]);
  expect(told[1]?.at(-1)).toContain('(files changed: src/other.txt)');
  // Anew it is told all of it at once.
  expect(told[3]).toHaveLength(1);
  for (const text of [
    'Mend the widget.',
    'What is the other half?',
    'See src/other.txt.',
    'It is.',
  ]) {
    expect(told[3]?.[0]).toContain(text);
  }
  // What it remembered is gone.
  const beside = await readdir(dirname(workspace.path));
  expect(beside.filter((name) => name.startsWith('cli-'))).toEqual([]);
});
