/**
 * An issue in plain words: a coding tool mends a real program whose real test fails. The tool is a small
 * one of our own, which speaks to its model through the peer like every other.
 */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Config } from '@bzzz/protocol';
import { startScriptedGemini } from '@bzzz/testkit/scripted/gemini';
import { expect, it, onTestFinished, vi } from 'vitest';
import { csvWorld } from './harness/csv-world.ts';
import { startForge } from './harness/forge.ts';
import { fullMesh, startPeers, untilAllSayDone } from './harness/peer.ts';
import { git } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const key = 'AIza-the-key-of-the-operator';

/** Asks its model for one change, makes it, and tells so as the real tool does. */
const tool = `#!/usr/bin/env node
import { readFileSync, writeFileSync } from 'node:fs';
if (process.argv[2] === '--version') { console.log('1.2.3'); process.exit(); }
const say = (event) => console.log(JSON.stringify(event));
say({ type: 'init', session_id: 's', model: 'm' });
const url = process.env.GOOGLE_GEMINI_BASE_URL + '/v1beta/models/m:streamGenerateContent?alt=sse';
const headers = { 'x-goog-api-key': process.env.GEMINI_API_KEY, 'content-type': 'application/json' };
const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: readFileSync(0, 'utf8') }] }] });
const answer = await (await fetch(url, { method: 'POST', headers, body })).text();
const [part] = JSON.parse(answer.slice('data: '.length)).candidates[0].content.parts;
const { path, from, to } = part.functionCall.args;
writeFileSync(path, readFileSync(path, 'utf8').replace(from, to));
say({ type: 'result', status: 'success', stats: { input_tokens: 100, output_tokens: 10 } });
`;

it('becomes a pull request by the peer that has a coding tool for it, and is judged by one that has none', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const args = { path: 'src/csv.js', from: '.slice(0, -1)', to: '' };
  const server = await startScriptedGemini(key, [{ kind: 'call', name: 'edit', args }]);
  onTestFinished(() => server.close());
  const program = join(stage.dir, 'gemini.mjs');
  await writeFile(program, tool);
  await chmod(program, 0o755);
  const apiKeyFile = join(stage.dir, 'gemini.key');
  await writeFile(apiKeyFile, `${key}\n`, { mode: 0o600 });
  const forge = await startForge(stage, await csvWorld(stage, { executors: ['claude', 'gemini'] }));
  const has = { gemini: { program, apiKeyFile, apiUrl: server.url } };
  const peers = await startPeers(stage, forge, ['ash', 'elm'], {
    cliOf: (name) => Config.shape.cli.parse(name === 'ash' ? has : {}),
  });
  const [ash] = peers;
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);

  const [pull, ...more] = await forge.pullRequests();
  expect(more).toEqual([]);
  expect(pull).toMatchObject({ draft: false, head: { ref: 'bzzz/issue-1' } });
  expect(pull?.body).toContain(
    'Done by `gemini` with the model `m` (1 answers, 100 tokens read, 10 written), run by',
  );
  expect(await git(forge.gitDir, 'diff', '--name-only', 'main', 'bzzz/issue-1')).toBe('src/csv.js');
  const started = (await ash?.journal())?.filter(({ kind }) => kind === 'attempt.started');
  expect(started).toMatchObject([{ executor: 'gemini', taskKind: 'plain' }]);

  expect(server.asked.map((asked) => asked.key)).toEqual([key]);
  const told = JSON.stringify(server.questions);
  expect(told).toContain('drops the last line');
  expect(told).not.toMatch(/hidden|alternative|mallory/);
});
