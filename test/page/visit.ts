/** Somebody at the page of a peer, logged in by the link that `bzzz open` prints. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import type { PeerProcess } from '../e2e/harness/peer.ts';
import type { Stage } from '../e2e/harness/stage.ts';
import { openTab, type Tab } from './browser.ts';

export const desk = { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' } as const;
export const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'light' } as const;

interface Where {
  readonly peer: PeerProcess;
  readonly path: string;
  /** Default: that of the peer itself, which may everything. */
  readonly token?: string;
  readonly options?: BrowserContextOptions;
}

export async function visit(
  { stage, browser }: { readonly stage: Stage; readonly browser: Browser },
  { peer, path, token, options = desk }: Where,
): Promise<Tab> {
  const url = await gatewayUrl(stage, peer);
  const tab = await openTab(browser, options);
  await tab.page.goto(`${url}${path}#token=${token ?? (await ownToken(peer))}`);
  await tab.page.getByRole('status').filter({ hasText: 'Live' }).waitFor({ state: 'attached' });
  return tab;
}

/** Closes a dialog by the button that is there once its order was done: the cross in its head always is. */
export function closeDone(page: Page): Promise<void> {
  const foot = page.getByRole('dialog').locator('.dialog-foot');
  return foot.getByRole('button', { name: 'Close', exact: true }).click();
}

/** The browser complained of nothing meanwhile. */
export async function leave({ page, complaints }: Tab): Promise<void> {
  await page.context().close();
  expect(complaints).toEqual([]);
}

export async function ownToken(peer: PeerProcess): Promise<string> {
  return (await readFile(join(peer.dataDir, 'gateway-token'), 'utf8')).trim();
}

export function gatewayUrl(stage: Stage, peer: PeerProcess): Promise<string> {
  return stage.until(`${peer.name} serves a page`, async () => {
    return (await peer.client.status()).gateway?.url;
  });
}
