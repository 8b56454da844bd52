/** A model adds a test to what it mends: it must fail on the base, for the one who works and for the one who judges. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { inOrder, type Reply, startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { csvWorld } from './harness/csv-world.ts';
import { startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import { fullMesh, startPeers, untilAllSayDone } from './harness/peer.ts';
import { createStage, patientMs } from './harness/stage.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const model = 'coder:7b';
const added = 'test/last.test.js';
const head =
  "import { test } from 'node:test';\nimport assert from 'node:assert';\nimport { rows } from '../src/csv.js';\n";
const idle = `${head}test('there are rows', () => assert.ok(rows('a\\nb').length > 0));\n`;
const good = `${head}test('one line', () => assert.deepEqual(rows('a'), ['a']));\n`;

it('is sent back while its new test passes without it, and published with one that does not', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const server = await startScriptedOllama(inOrder(...attemptWith(idle), ...attemptWith(good)), [
    { name: model },
  ]);
  onTestFinished(() => server.close());
  const nobody = await startScriptedOllama(inOrder(), []);
  onTestFinished(() => nobody.close());
  const newTests = { run: ['node', '--test', '{file}'] };
  const world = await csvWorld(stage, { models: [model] }, { newTests });
  const forge = await startForge(stage, world);
  const peers = await startPeers(stage, forge, ['ash', 'elm'], {
    ollamaOf: (name) => (name === 'ash' ? server.url : nobody.url),
  });
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);

  const ended = (await peers[0]?.journal())?.filter(({ kind }) => kind === 'attempt.ended');
  expect(ended).toMatchObject([
    {
      outcome: 'failed',
      reason: expect.stringMatching(/^new tests prove nothing: [^]*- test\/last\.test\.js/),
      newTests: { outcome: 'refused', files: 1 },
    },
    { outcome: 'accepted', newTests: { outcome: 'proven', files: 1 } },
  ]);
  const { pullRequest, chain } = await expectPublished(forge, 1);
  expect(pullRequest.draft).toBe(false);
  expect(pullRequest.body).toContain('adds tests, and without the rest of it they fail');
  expect(pullRequest.body).toContain(`- \`${added}\``);
  expect(chain.at(-1)?.record).toMatchObject({ state: 'result', epoch: 2 });
  const [certified] = await forge.comments(pullRequest.number);
  expect(certified?.body).toMatch(/\| passed: `its new test test\/last\.test\.js: each passes/);
});

function attemptWith(test: string): Reply[] {
  return [
    calls('edit_file', { path: 'src/csv.js', oldText: '.slice(0, -1)', newText: '' }),
    calls('write_file', { path: added, content: test }),
    calls('finish', { summary: 'The last line stays.' }),
  ];
}

function calls(name: string, args: object): Reply {
  return { kind: 'answer', calls: [{ name, arguments: args }] };
}
