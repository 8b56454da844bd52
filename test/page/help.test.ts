/** The tree of a request for help on the page of its task: real peers, models that are scripted. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startScriptedOllama } from '@bzzz/testkit/scripted/ollama';
import { expect, it, onTestFinished, vi } from 'vitest';
import { csvWorld } from '../e2e/harness/csv-world.ts';
import { startForge } from '../e2e/harness/forge.ts';
import { fullMesh, startPeers, untilAllSayDone } from '../e2e/harness/peer.ts';
import { createStage, patientMs } from '../e2e/harness/stage.ts';
import { finish, stuckOrHelpful } from '../e2e/harness/stuck-models.ts';
import { keepShot, openBrowser, openTab, violations } from './browser.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const model = 'coder:7b';

it('shows who was asked, through whom, and who helped', async () => {
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const [one, two, nobody] = await Promise.all([
    startScriptedOllama(stuckOrHelpful, [{ name: model }]),
    startScriptedOllama(stuckOrHelpful, [{ name: model }]),
    startScriptedOllama(() => finish('nothing'), []),
  ]);
  for (const server of [one, two, nobody]) onTestFinished(() => server.close());
  const urls: Readonly<Record<string, string>> = { ash: one.url, elm: two.url };
  const forge = await startForge(stage, await csvWorld(stage, { models: [model] }));
  const peers = await startPeers(stage, forge, ['ash', 'elm', 'oak'], {
    gateway: { enabled: true, listen: '127.0.0.1:0' },
    ollamaOf: (name) => urls[name] ?? nobody.url,
  });
  await fullMesh(stage, peers);
  await untilAllSayDone(stage, peers, 1);

  const oak = peers.find(({ name }) => name === 'oak');
  if (oak === undefined) throw new Error('there is no oak');
  const { task } = await oak.client.task('1');
  const asker = task.holderName ?? '';
  const helper = asker === 'ash' ? 'elm' : 'ash';
  const { gateway } = await oak.client.status();
  const token = (await readFile(join(oak.dataDir, 'gateway-token'), 'utf8')).trim();
  const browser = await openBrowser();
  onTestFinished(() => browser.close());
  const tab = await openTab(browser, { viewport: { width: 1440, height: 900 } });
  await tab.page.goto(`${gateway?.url}/tasks/${forge.repo}/1#token=${token}`);
  const tree = tab.page.getByRole('region', { name: 'Help' });
  await tree.getByText(`${asker} asked: how does slice cut?`).waitFor();
  const branch = tree.getByRole('listitem').filter({ hasText: `${helper} hop 1` });
  await branch.getByText('helped', { exact: true }).waitFor();
  await tree.getByText(`Helped by ${helper}.`).waitFor();
  await keepShot(tab.page, 'task-help');
  expect(await violations(tab.page)).toEqual([]);
  await tab.page.context().close();
  expect(tab.complaints).toEqual([]);
});
