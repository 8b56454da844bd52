/** What the page of one peer orders of another one, in a real browser: confirmed, done there, and in both journals. */
import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { type PeerProcess, startPeer } from '../e2e/harness/peer.ts';
import { findWaiting, openGate } from '../e2e/harness/worlds.ts';
import { keepShot, overflowPx, violations } from './browser.ts';
import { closeDone, leave, phone, setPlace, visit } from './visit.ts';

const place = setPlace([{ recipe: 'telling', word: 'oak' }], ['ant', 'bee']);
/** Who works, and whose page is looked at. */
let runner: PeerProcess;
let other: PeerProcess;

beforeAll(async () => {
  const { stage, peers } = place;
  runner = await stage.until('somebody works', async () => {
    for (const peer of peers) if ((await findWaiting(peer)) !== undefined) return peer;
    return undefined;
  });
  const [idle] = peers.filter((peer) => peer !== runner);
  if (idle === undefined) throw new Error('nobody is idle');
  other = idle;
});

/** Read, left, then confirmed. */
async function order(page: Page, button: string, confirm = button): Promise<void> {
  const dialog = page.getByRole('dialog');
  const open = () =>
    page.locator('main').getByRole('button', { name: button, exact: true }).click();
  await open();
  await dialog.getByRole('button', { name: 'Leave it' }).click();
  await dialog.waitFor({ state: 'detached' });
  await open();
  await dialog.getByRole('button', { name: confirm, exact: true }).click();
  await closeDone(page);
}

const ordered = async (peer: PeerProcess) =>
  (await peer.journal()).flatMap((body) =>
    body.kind === 'operator.acted' ? [[body['by'], body['act'], body['about']].join(' ')] : [],
  );

it('drains, pauses and resumes another peer from its page, and both journals tell it', async () => {
  const tab = await visit(place, { peer: other, path: '/mesh' });
  const { page } = tab;
  const { name } = runner;
  await page.locator('.peer-row').getByRole('link', { name, exact: true }).click();
  await page.getByRole('heading', { level: 2, name }).waitFor();
  const head = page.locator('.page-head');

  await order(page, `Drain ${name}`);
  await head.getByText(`${name} is drained: it takes nothing new`).waitFor();
  const self = async () => (await runner.client.peers()).peers.find((one) => one.self);
  expect(await self()).toMatchObject({ paused: true, running: 1 });

  const printed = async () => (await runner.client.output('1')).output?.position;
  const before = await printed();
  await place.stage.until('what runs goes on', async () => (await printed()) !== before);

  await order(page, `Pause ${name}`);
  await head.getByText(`${name} is paused: what it had begun stands still`).waitFor();
  const problems = async () => (await runner.client.status()).problems.map(({ text }) => text);
  expect(await problems()).toContainEqual(expect.stringContaining('its attempts stand still'));
  await keepShot(page, 'other-paused');
  expect(await violations(page)).toEqual([]);
  expect(await overflowPx(page)).toBe(0);

  await order(page, `Resume ${name}`);
  await head.getByRole('button', { name: `Drain ${name}`, exact: true }).waitFor();
  expect(await self()).toMatchObject({ paused: false });

  const acts = ['drain', 'pause', 'resume'];
  expect(await ordered(other)).toEqual(acts.map((act) => `admin-token ${act} ${name}`));
  const there = `this peer, as admin-token said there`;
  expect(await ordered(runner)).toEqual(acts.map((act) => `peer ${other.id()} ${act} ${there}`));
  await page.getByRole('link', { name: 'Timeline', exact: true }).click();
  await page.getByText(`peer ${other.name} ordered drain: this peer`).first().waitFor();
  await leave(tab);
});

it('pauses the attempt at one task, whoever works on it, and lets it go on', async () => {
  const path = `/tasks/${place.forge.repo}/1`;
  const tab = await visit(place, { peer: other, path });
  const { page } = tab;
  const log = page.getByRole('log', { name: 'Output of the attempt' });
  await log.filter({ hasText: 'line' }).waitFor();
  const resting = async () => (await runner.client.task('1')).task.resting === true;
  const stands = page.locator('.task-head').getByText('stands still');

  await order(page, 'Pause the attempt');
  expect(await resting()).toBe(true);
  await stands.waitFor();
  await keepShot(page, 'task-paused');
  expect(await violations(page)).toEqual([]);
  const small = await visit(place, { peer: other, path, options: phone });
  await small.page.getByRole('button', { name: 'Resume the attempt', exact: true }).waitFor();
  await keepShot(small.page, 'task-paused-phone');
  expect(await overflowPx(small.page)).toBe(0);
  await leave(small);

  await order(page, 'Resume the attempt');
  expect(await resting()).toBe(false);
  await stands.waitFor({ state: 'detached' });
  await openGate(place.stage, runner);
  await page.getByText('it has ended; the task is').waitFor();
  // There is no attempt any more.
  await page
    .getByRole('button', { name: /^(Pause|Resume) the attempt$/ })
    .waitFor({ state: 'detached' });
  await leave(tab);
});

it('says whose word a peer does not take, and that one which is gone cannot be told', async () => {
  const { stage, forge, peers } = place;
  const fly = await startPeer(stage, forge, {
    name: 'fly',
    bootstrap: peers.flatMap((peer) => peer.addresses()),
    env: { BZZZ_ORDERS: 'own' },
  });
  await stage.until('fly is connected', async () => {
    const { peers: told } = await other.client.peers();
    return told.some(({ name, connected }) => name === 'fly' && connected);
  });
  const tab = await visit(place, { peer: other, path: `/peers/${fly.id()}` });
  const { page } = tab;
  await page.getByRole('button', { name: 'Drain fly' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Drain fly', exact: true }).click();
  await dialog.getByText('fly: its operator lets nobody else stop its work').waitFor();
  await keepShot(page, 'other-refused');
  expect(await violations(page)).toEqual([]);
  await page.keyboard.press('Escape');
  expect(await ordered(fly)).toEqual([]);
  expect((await fly.client.peers()).peers.find((one) => one.self)?.paused).toBe(false);

  await fly.kill();
  await page.locator('.page-head .badge[data-state=dead]').waitFor();
  expect(await page.getByRole('button', { name: /^(Drain|Pause|Resume) fly$/ }).count()).toBe(0);
  // The browser tells of the refusal as of any answer that is none.
  expect(tab.complaints.filter((one) => !one.includes('403'))).toEqual([]);
  await page.context().close();
});
