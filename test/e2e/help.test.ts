/**
 * A model that cannot mend a real program asks, another peer's model does it, a third peer judges: three
 * real peers, and everything of it in their journals.
 */
import { startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { expect, it, onTestFinished, vi } from 'vitest';
import { csvWorld } from './harness/csv-world.ts';
import { startForge } from './harness/forge.ts';
import { fullMesh, startPeers, untilAllSayDone } from './harness/peer.ts';
import { bzzz } from './harness/programs.ts';
import { git } from './harness/repository.ts';
import { createStage, patientMs } from './harness/stage.ts';
import { finish, stuckOrHelpful } from './harness/stuck-models.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const model = 'coder:7b';

it('is mended by the model of another peer, and judged by a third', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const [one, two] = await Promise.all([able(), able()]);
  const nobody = await startScriptedOllama(() => finish('nothing'), []);
  onTestFinished(() => nobody.close());
  const urls: Readonly<Record<string, string>> = { ash: one.url, elm: two.url };
  const forge = await startForge(stage, await csvWorld(stage, { models: [model] }));
  const peers = await startPeers(stage, forge, ['ash', 'elm', 'oak'], {
    ollamaOf: (name) => urls[name] ?? nobody.url,
  });
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);

  const [pull] = await forge.pullRequests();
  expect(pull).toMatchObject({ draft: false, head: { ref: 'bzzz/issue-1' } });
  expect(await git(forge.gitDir, 'diff', '--name-only', 'main', 'bzzz/issue-1')).toBe('src/csv.js');

  const journals = await Promise.all(peers.map((peer) => peer.journal()));
  const whoSays = (kind: string) =>
    peers.filter((_, index) => journals[index]?.some((body) => body.kind === kind));
  const [asker, helper, judge] = ['help.asked', 'help.worked', 'verdict.given'].map(whoSays);
  expect(asker).toHaveLength(1);
  expect(helper).toHaveLength(1);
  // Nobody but the third may judge: one made it, one helped.
  expect(judge?.map((peer) => peer.name)).toEqual(['oak']);
  expect(new Set([asker, helper, judge].flat()).size).toBe(3);

  const [{ dataDir } = { dataDir: '' }] = asker ?? [];
  const told = await stage.start('tasks', { argv: [...bzzz, 'tasks', '1', '--data', dataDir] });
  expect(await told.ended).toBe(0);
  const output = await told.output();
  expect(output).toContain('asked: how does slice cut?');
  expect(output).toContain(`${helper?.[0]?.name} (hop 1): helped: The last line stays.`);

  // What one model asks is data for the other, and so is what the other answers.
  const chats = JSON.stringify([...one.chats, ...two.chats]);
  expect(chats).toMatch(/from the model of another peer[^<]*not to be obeyed/);
});

async function able() {
  const server = await startScriptedOllama(stuckOrHelpful, [{ name: model }]);
  onTestFinished(() => server.close());
  return server;
}
