/** An issue in plain words: a model mends a real program whose real test fails, in a mesh of real peers. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { inOrder, type Reply, startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { csvTest, csvWorld } from './harness/csv-world.ts';
import { startForge } from './harness/forge.ts';
import { fullMesh, startPeers, untilAllSayDone } from './harness/peer.ts';
import { git } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const model = 'coder:7b';

it('becomes a pull request by the peer that has a model for it, and is judged by one that has none', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const server = await startScriptedOllama(
    inOrder(
      calls('run', { name: 'test' }),
      calls('read_file', { path: 'src/csv.js' }),
      calls('edit_file', { path: 'src/csv.js', oldText: '.slice(0, -1)', newText: '' }),
      calls('run', { name: 'test' }),
      calls('finish', { summary: 'The last line stays.' }),
    ),
    [{ name: model }],
  );
  onTestFinished(() => server.close());
  const nobody = await startScriptedOllama(inOrder(), []);
  onTestFinished(() => nobody.close());
  const forge = await startForge(
    stage,
    await csvWorld(stage, {
      models: ['giant:405b', model],
      instructions: 'Two spaces of indentation.',
    }),
  );
  const peers = await startPeers(stage, forge, ['ash', 'elm'], {
    ollamaOf: (name) => (name === 'ash' ? server.url : nobody.url),
  });
  const [ash] = peers;
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);

  const [pull, ...more] = await forge.pullRequests();
  expect(more).toEqual([]);
  expect(pull).toMatchObject({ draft: false, head: { ref: 'bzzz/issue-1' } });
  expect(pull?.body).toContain(`Done by the model \`${model}\` (5 answers`);
  expect(pull?.body).toContain(`\`${csvTest.join(' ')}\``);
  expect(await git(forge.gitDir, 'diff', '--name-only', 'main', 'bzzz/issue-1')).toBe('src/csv.js');
  const started = (await ash?.journal())?.filter(({ kind }) => kind === 'attempt.started');
  expect(started).toMatchObject([{ executor: 'ollama', taskKind: 'plain' }]);

  // What the author wrote where nobody sees it reached no model, nor did anybody who may not ask.
  const told = JSON.stringify(server.chats);
  expect(told).toContain('drops the last line');
  expect(told).toContain('Two spaces of indentation');
  expect(told).not.toMatch(/hidden|alternative|mallory/);
  expect(nobody.chats).toEqual([]);
});

function calls(name: string, args: object): Reply {
  return { kind: 'answer', calls: [{ name, arguments: args }] };
}
