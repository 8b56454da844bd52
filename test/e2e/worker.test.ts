/** A worker that dies under an attempt: its peer lives, says so, and the issue is resolved all the same. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { inOrder, type Reply, startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { csvWorld } from './harness/csv-world.ts';
import { startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import { startPeers, untilAllSayDone, untilHolder } from './harness/peer.ts';
import { descendants } from './harness/processes.ts';
import { storyOf } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const model = 'coder:7b';

it('costs its attempt, and nothing else', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const server = await startScriptedOllama(
    inOrder(
      { kind: 'silence' },
      calls('edit_file', { path: 'src/csv.js', oldText: '.slice(0, -1)', newText: '' }),
      calls('finish', { summary: 'The last line stays.' }),
    ),
    [{ name: model }],
  );
  onTestFinished(() => server.close());
  const forge = await startForge(stage, await csvWorld(stage, { models: [model] }));
  const [peer] = await startPeers(stage, forge, ['ash'], { ollamaOf: () => server.url });
  if (peer === undefined) throw new Error('no peer was started');
  await untilHolder(stage, [peer], { number: 1, epoch: 1 });
  await stage.until('the model is asked', () => server.chats.length === 1);
  const below = await descendants(peer.process().pid);
  const workers = below.filter(({ command }) => command.includes('/worker/main.'));
  expect(workers).toHaveLength(1);
  for (const { pid } of workers) process.kill(pid, 'SIGKILL');
  const ended = await stage.until('the attempt has ended', async () =>
    (await peer.journal()).find(({ kind }) => kind === 'attempt.ended'),
  );
  expect(ended).toMatchObject({
    outcome: 'cancelled',
    code: 'worker_lost',
    reason: 'the worker of ollama is lost: it was ended by SIGKILL',
  });
  const { problems, work } = await peer.client.status();
  expect(problems.map(({ code }) => code)).toContain('worker_lost');
  expect(work.workers).toMatchObject([{ kind: 'ollama', deaths: 1, unready: null }]);

  await untilAllSayDone(stage, [peer], 1);
  const { chain } = await expectPublished(forge, 1);
  expect(storyOf(chain)).toEqual(['held 1', 'released 1', 'held 2', 'result 2']);
});

function calls(name: string, args: object): Reply {
  return { kind: 'answer', calls: [{ name, arguments: args }] };
}
