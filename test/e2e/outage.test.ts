/** The forge dies in the middle of everything and comes back over the same data. */
import { expect, it, onTestFinished, vi } from 'vitest';
import { startForge } from './harness/forge.ts';
import { expectPublished } from './harness/outcome.ts';
import { startPeers } from './harness/peer.ts';
import { createStage, patientMs } from './harness/stage.ts';
import { findWaiting, gatedWorld, openGate } from './harness/worlds.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const issues = [
  { recipe: 'gated', word: 'oak' },
  { recipe: 'quick', word: 'elm' },
  { recipe: 'quick', word: 'ash' },
  { recipe: 'gated', word: 'fir' },
  { recipe: 'quick', word: 'yew' },
  { recipe: 'quick', word: 'box' },
] as const;

it('a forge that is killed and comes back finds every issue done once', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const forge = await startForge(stage, await gatedWorld(stage, issues));
  const peers = await startPeers(stage, forge, ['ash', 'elm', 'oak']);
  // In mid-run: two peers hold a task each, the third one has published and goes on.
  const atGate = await stage.until('two peers are in the middle of a task', async () => {
    const waiting = await Promise.all(
      peers.map(async (peer) => ((await findWaiting(peer)) === undefined ? [] : [peer])),
    );
    return waiting.flat().length === 2 && waiting.flat();
  });
  await stage.until('something is published', async () => (await forge.pullRequests()).length > 0);
  await forge.kill();
  const [early, late] = atGate;
  if (early === undefined || late === undefined) throw new Error('nobody works');
  // One finishes its work while there is nobody to publish to.
  await openGate(stage, early);
  await stage.until('every peer says that the forge is away', async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.status()));
    return answers.every(({ problems }) =>
      problems.some(({ code }) => code === 'forge_unreachable'),
    );
  });
  await forge.restart();
  await openGate(stage, late);

  await stage.until('every issue has its pull request', async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.tasks()));
    const done = ({ tasks }: (typeof answers)[number]) =>
      tasks.filter(({ state }) => state === 'done').length;
    return answers.every((answer) => done(answer) === issues.length);
  });
  for (const [index] of issues.entries()) await expectPublished(forge, index + 1);
  expect(await forge.pullRequests()).toHaveLength(issues.length);
  await stage.until('nobody complains any more', async () => {
    const answers = await Promise.all(peers.map(({ client }) => client.status()));
    return answers.every(({ problems }) =>
      problems.every(({ code }) => code !== 'forge_unreachable'),
    );
  });
});
