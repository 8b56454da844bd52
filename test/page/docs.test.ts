/** The documentation of the API as a browser shows it: ours, in groups, and within its policy. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { startForge } from '../e2e/harness/forge.ts';
import { type PeerProcess, startPeer } from '../e2e/harness/peer.ts';
import { createStage, patientMs, type Stage } from '../e2e/harness/stage.ts';
import { gatedWorld } from '../e2e/harness/worlds.ts';
import { keepShot, openBrowser, openTab } from './browser.ts';
import { desk, gatewayUrl, leave, phone } from './visit.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

let stage: Stage;
let peer: PeerProcess;
let browser: Browser;

beforeAll(async () => {
  stage = await createStage();
  const forge = await startForge(stage, await gatedWorld(stage, []));
  const gateway = { enabled: true, listen: '127.0.0.1:0' };
  peer = await startPeer(stage, forge, { name: 'solo', gateway });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

it.each([desk, phone])(
  'is ours, in groups, and the browser complains of nothing',
  async (options) => {
    const tab = await openTab(browser, options);
    const { page } = tab;
    await page.goto(`${await gatewayUrl(stage, peer)}/docs`);
    expect(await page.title()).toBe('bzzz: its API');
    const groups = page.locator('.opblock-tag-section h3');
    await groups.last().waitFor();
    await keepShot(page, `docs-${options.colorScheme}`);
    const names = await groups.evaluateAll((all) =>
      all.map((one) => one.getAttribute('data-tag') ?? ''),
    );
    expect(names).toEqual(['tasks', 'mesh', 'peer', 'journals', 'access', 'cluster']);
    expect(await page.locator('img').count()).toBe(0);
    await page.getByText('One task with its whole story').click();
    await page.getByRole('button', { name: 'Try it out' }).waitFor();
    await page.getByRole('button', { name: 'Authorize' }).click();
    await page.getByRole('heading', { name: 'Available authorizations' }).waitFor();
    await leave(tab);
  },
);
