/** What the page says of a mesh that is not whole: alone, split, and with a peer that tells two stories. */
import { join } from 'node:path';
import { createMesh, createSigner } from '@bzzz/mesh';
import { createControlClient, layoutOf, loadConfig, openIdentity, openMeshKey } from '@bzzz/peer';
import { bytesToHex, headSigningBytes, ToldHead, topics } from '@bzzz/protocol';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type ForgeProcess, startForge } from '../e2e/harness/forge.ts';
import { fullMesh, type PeerProcess, startPeer, startPeers } from '../e2e/harness/peer.ts';
import { createStage, patientMs, type Stage } from '../e2e/harness/stage.ts';
import { gatedWorld } from '../e2e/harness/worlds.ts';
import { keepShot, openBrowser, violations } from './browser.ts';
import { leave, visit as visitPeer } from './visit.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const gateway = { enabled: true, listen: '127.0.0.1:0' };
let stage: Stage;
let forge: ForgeProcess;
let browser: Browser;

beforeAll(async () => {
  stage = await createStage();
  forge = await startForge(stage, await gatedWorld(stage, []));
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

const visit = (peer: PeerProcess, path: string) => visitPeer({ stage, browser }, { peer, path });

it('says that one peer is alone, and heals it when that is confirmed', async () => {
  const key = 'ab'.repeat(32);
  const hermit = await startPeer(stage, forge, { name: 'hermit', key, gateway });
  const tab = await visit(hermit, '/cluster');
  await tab.page.getByText('Nobody takes over when it dies').waitFor();
  await keepShot(tab.page, 'alone');
  expect(await violations(tab.page)).toEqual([]);

  await tab.page.getByRole('button', { name: 'Heal now' }).click();
  await tab.page.getByRole('button', { name: 'Heal', exact: true }).click();
  await tab.page.getByText(/^(There was nothing to heal|.+: (done|nothing|failed))\./).waitFor();
  expect(await hermit.journal()).toContainEqual(
    expect.objectContaining({ kind: 'operator.acted', act: 'heal', by: 'admin-token' }),
  );
  await leave(tab);
  await hermit.stop();
});

it('says of the past that the mesh was not one, and live when a peer is cut off', async () => {
  const peers = await startPeers(stage, forge, ['elm', 'oak'], { gateway });
  const [elm, oak] = peers;
  if (elm === undefined || oak === undefined) throw new Error('one is missing');
  await fullMesh(stage, peers);
  await stage.until('the journal of oak is here', async () => {
    const { peers: told } = await elm.client.peers();
    return told.every(({ journal }) => journal.here > 0);
  });
  const tab = await visit(elm, '/mesh');
  const banner = tab.page.getByText('The mesh is split into 2 parts.');
  expect(await banner.count()).toBe(0);
  await tab.page.getByRole('slider', { name: 'Moment that the page shows' }).focus();
  await tab.page.keyboard.press('Home');
  // oak begins before it has met anybody; a step is a five hundredth of the history.
  for (let step = 0; step < 500 && (await banner.count()) === 0; step += 1) {
    await tab.page.keyboard.press('ArrowRight');
  }
  await banner.waitFor();
  await tab.page.getByText(/elm · oak|oak · elm/).waitFor();
  await keepShot(tab.page, 'split');
  expect(await violations(tab.page)).toEqual([]);
  await tab.page.getByRole('button', { name: 'To now' }).click();
  await banner.waitFor({ state: 'detached' });

  // Of two peers none is a majority: elm cannot know whether oak is dead or cut off, and says so, live.
  await oak.kill();
  const cut = tab.page.getByText('1 peer cannot be reached from here.');
  await cut.waitFor();
  await keepShot(tab.page, 'cut');
  expect(await violations(tab.page)).toEqual([]);
  await leave(tab);
  for (const peer of peers) await peer.stop();
});

it('shows in red who tells two stories, with the proof, and what a person decides', async () => {
  const peers = await startPeers(stage, forge, ['ant', 'bee', 'fly'], { gateway });
  const [ant, bee, fly] = peers;
  if (ant === undefined || bee === undefined || fly === undefined)
    throw new Error('one is missing');
  await fullMesh(stage, peers);
  const known = await stage.until('its journal is known', async () => {
    const { peers: told } = await ant.client.peers();
    return told.find(({ id, journal }) => id === bee.id() && journal.here > 0);
  });
  const tab = await visit(ant, '/cluster');
  await bee.stop();
  await stage.until('two stories are heard', () => tellTwoStories(bee, ant, known.journal.key));

  const panel = tab.page.getByRole('region', { name: 'Quarantine', exact: true });
  await panel.getByText(/^bee \(.{8}\) is set aside/).waitFor();
  await panel.getByText('Proof').click();
  await panel.getByText('it signed 100000 blocks of fork 0').first().waitFor();
  await keepShot(tab.page, 'quarantine');
  expect(await violations(tab.page)).toEqual([]);
  await panel.getByRole('button', { name: 'Keep it set aside' }).click();
  await tab.page.getByRole('button', { name: 'Keep it', exact: true }).click();
  await tab.page.getByText('bee stays set aside.').waitFor();
  await tab.page.keyboard.press('Escape');
  expect((await ant.client.quarantine()).quarantined).toHaveLength(1);
  await panel.getByRole('button', { name: 'Trust it again' }).click();
  await tab.page.getByRole('button', { name: 'Trust it', exact: true }).click();
  await tab.page.getByText('bee is not set aside here any more.').waitFor();
  await stage.until('it is lifted', async () => {
    return (await ant.client.quarantine()).quarantined.length === 0;
  });
  await panel.waitFor({ state: 'detached' });
  const acts = (await ant.journal()).filter(({ kind }) => kind === 'operator.acted');
  const by = { by: 'admin-token', about: 'bee' };
  expect(acts).toMatchObject([
    { act: 'quarantine.keep', ...by },
    { act: 'quarantine.lift', ...by },
  ]);
  await leave(tab);
});

/** Its identity goes on without a journal behind it. True when `listener` has heard. */
async function tellTwoStories(
  liar: PeerProcess,
  listener: PeerProcess,
  key: string,
): Promise<boolean> {
  const file = join(liar.dataDir, 'bzzz.yml');
  const { config } = await loadConfig({ file, flags: {}, env: {} });
  const layout = layoutOf(liar.dataDir);
  const identity = await openIdentity(layout);
  const mesh = createMesh(
    { identity },
    {
      ...config.mesh,
      bootstrap: [...listener.addresses()],
      key: await openMeshKey(config.mesh, layout),
    },
  );
  await mesh.start();
  try {
    const signer = createSigner(identity);
    const client = createControlClient(listener.dataDir);
    return await stage.until('it is set aside', async () => {
      for (const digit of ['1', '2']) {
        const hash = digit.repeat(64);
        const place = { key, length: 100_000, fork: 0, treeHash: hash, rootsHash: hash };
        const statement = { peer: identity.peer, head: ToldHead.parse(place) };
        const signature = bytesToHex(await signer.sign(headSigningBytes(statement)));
        await mesh.publish(topics.heads, { kind: 'heads', heads: [{ ...statement, signature }] });
      }
      return (await client.quarantine()).quarantined.length > 0;
    });
  } finally {
    await mesh.stop();
  }
}
