/** Somebody at the page of a peer, logged in by the link that `bzzz open` prints. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, vi } from 'vitest';
import { type ForgeProcess, startForge } from '../e2e/harness/forge.ts';
import { fullMesh, type PeerProcess, startPeers } from '../e2e/harness/peer.ts';
import { createStage, patientMs, type Stage } from '../e2e/harness/stage.ts';
import { gatedWorld } from '../e2e/harness/worlds.ts';
import { openBrowser, openTab, type Tab } from './browser.ts';

export const desk = { viewport: { width: 1440, height: 900 }, colorScheme: 'dark' } as const;
export const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'light' } as const;

/** What all tests of a file look at; it is there before the first of them. */
export interface Place {
  readonly stage: Stage;
  readonly forge: ForgeProcess;
  readonly browser: Browser;
  readonly peers: readonly PeerProcess[];
  /** The first of them. */
  readonly peer: PeerProcess;
}

/** Peers that serve pages, connected to each other, a forge with these issues, and a browser. */
export function setPlace(
  issues: Parameters<typeof gatedWorld>[1],
  names: readonly string[] = ['solo'],
): Place {
  vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });
  const made: { -readonly [part in keyof Place]?: Place[part] } = {};
  beforeAll(async () => {
    made.stage = await createStage();
    made.browser = await openBrowser();
    made.forge = await startForge(made.stage, await gatedWorld(made.stage, issues));
    const gateway = { enabled: true, listen: '127.0.0.1:0' };
    made.peers = await startPeers(made.stage, made.forge, names, { gateway });
    const [peer] = made.peers;
    if (peer === undefined) throw new Error('there is no peer');
    made.peer = peer;
    await fullMesh(made.stage, made.peers);
  });
  afterAll(async () => {
    await made.browser?.close();
    await made.stage?.close();
  });
  const part = <Name extends keyof Place>(name: Name): Place[Name] => {
    const found = made[name];
    if (found !== undefined) return found;
    throw new Error(`there is no ${name} yet`);
  };
  return {
    get stage() {
      return part('stage');
    },
    get forge() {
      return part('forge');
    },
    get browser() {
      return part('browser');
    },
    get peers() {
      return part('peers');
    },
    get peer() {
      return part('peer');
    },
  };
}

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
