/** Everything that can be ordered on the page, by hand in a real browser: confirmed, done, and in the journal. */
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { account } from '../e2e/harness/peer.ts';
import { findWaiting, openGate, untilWaiting } from '../e2e/harness/worlds.ts';
import { keepShot, type Tab, violations } from './browser.ts';
import { closeDone, gatewayUrl, leave, ownToken, setPlace, visit } from './visit.ts';

const place = setPlace([{ recipe: 'gated', word: 'oak' }]);

const at = (path: string, token?: string): Promise<Tab> =>
  visit(place, { peer: place.peer, path, ...(token === undefined ? {} : { token }) });

/** What the journal says that somebody ordered, oldest first. */
async function orders() {
  return (await place.peer.journal()).filter(({ kind }) => kind === 'operator.acted');
}

/** What a person does: open it, read it, leave it; open it again and confirm. */
async function order(page: Page, open: () => Promise<void>, confirm: string): Promise<void> {
  const before = await orders();
  const dialog = page.getByRole('dialog');
  for (const leaving of ['Leave it', 'Escape']) {
    await open();
    await dialog.waitFor();
    if (leaving === 'Escape') await page.keyboard.press('Escape');
    else await dialog.getByRole('button', { name: leaving }).click();
    await dialog.waitFor({ state: 'detached' });
  }
  await open();
  expect(await orders()).toEqual(before);
  await dialog.getByRole('button', { name: confirm, exact: true }).click();
  await closeDone(page);
  expect(await orders()).toHaveLength(before.length + 1);
}

const task = () => `${place.forge.repo}#1`;

const confirms = { Cancel: 'Stop the work', Release: 'Release it', Retry: 'Try it again' } as const;

/** One of the buttons of the task's page. */
function orderTask(page: Page, title: keyof typeof confirms): Promise<void> {
  const button = page.getByRole('region', { name: 'Orders' }).getByRole('button', {
    name: title,
    exact: true,
  });
  return order(page, () => button.click(), confirms[title]);
}

/** It does nothing, and whoever has no mouse reaches it and reads why. */
async function expectBarred(page: Page, button: Locator, why: string): Promise<void> {
  await button.focus();
  expect(await button.evaluate((one) => one.ownerDocument.activeElement === one)).toBe(true);
  await page.keyboard.press('Enter');
  await button.click({ force: true });
  expect(await page.getByRole('dialog').count()).toBe(0);
  const described = await button.getAttribute('aria-describedby');
  const reason = page.locator(`[id="${described}"]`);
  expect(await reason.textContent()).toBe(why);
  expect(await reason.isVisible()).toBe(true);
}

async function untilLetGo(): Promise<void> {
  await place.stage.until('the attempt was stopped', async () => {
    const { task: row } = await place.peer.client.task('1');
    return row.state === 'released' && (await findWaiting(place.peer)) === undefined;
  });
}

it('cancels, retries and releases a task, each when it is confirmed, and then it is done', async () => {
  await untilWaiting(place.stage, place.peer);
  const tab = await at(`/tasks/${place.forge.repo}/1`);
  const { page } = tab;
  const head = page.locator('.task-head');
  await head.getByText(/^held by/).waitFor();

  const button = (title: keyof typeof confirms) =>
    page.getByRole('button', { name: title, exact: true });
  await expectBarred(page, button('Retry'), 'Retry would change nothing: it is under way.');
  await keepShot(page, 'orders-barred');
  await orderTask(page, 'Cancel');
  await untilLetGo();
  await head.getByText('last held by').waitFor();
  for (const title of ['Cancel', 'Release'] as const) {
    await place.stage.until(`${title} is not offered any more`, async () => {
      return (await button(title).getAttribute('aria-disabled')) === 'true';
    });
  }
  await orderTask(page, 'Retry');
  await untilWaiting(place.stage, place.peer);
  await head.getByText(/^held by/).waitFor();
  await keepShot(page, 'task-retried');
  expect(await violations(page)).toEqual([]);
  await orderTask(page, 'Release');
  await untilLetGo();
  await head.getByText('last held by').waitFor();
  await orderTask(page, 'Retry');
  await openGate(place.stage, place.peer);
  await page.getByText('Ended: done').waitFor();
  expect(await orders()).toMatchObject(
    ['cancel', 'retry', 'release', 'retry'].map((act) => {
      return { act, by: 'admin-token', about: task(), task: task() };
    }),
  );
  await page.getByRole('link', { name: 'Timeline', exact: true }).click();
  await page.getByText('admin-token ordered retry').first().waitFor();
  await leave(tab);
});

it('drains and pauses a peer, drains the mesh, and resumes each when it is confirmed', async () => {
  const tab = await at('/mesh');
  const { page } = tab;
  const before = (await orders()).length;
  const pause = async (title: string) => {
    const open = async () => {
      await page.getByRole('button', { name: /^(Drain or pause|Resume, drain or pause)$/ }).click();
      await page.getByRole('button', { name: title }).click();
    };
    await order(page, open, title);
  };
  const paused = async () => (await place.peer.client.peers()).peers[0]?.paused;
  const badge = page.locator('.peer-row .badge[data-state=paused]');
  for (const [stop, goOn] of [
    ['Drain solo', 'Resume solo'],
    ['Drain the whole mesh', 'Resume the whole mesh'],
    ['Pause solo', 'Resume solo'],
  ] as const) {
    await pause(stop);
    expect(await paused(), stop).toBe(true);
    await badge.waitFor();
    await pause(goOn);
    expect(await paused(), goOn).toBe(false);
    await badge.waitFor({ state: 'detached' });
  }
  // Where its problem is told, the order that ends it stands beside.
  await pause('Drain solo');
  await page.getByRole('link', { name: 'Health', exact: true }).click();
  const problems = page.getByRole('region', { name: 'Problems' });
  await problems.getByText('On the machine of solo: bzzz resume.').waitFor();
  await problems.getByText(/^Commands are typed and .* on the machine of solo/).waitFor();
  await keepShot(page, 'health-paused');
  expect(await violations(page)).toEqual([]);
  const resume = problems.getByRole('button', { name: 'Resume solo', exact: true });
  await order(page, () => resume.click(), 'Resume solo');
  expect(await paused()).toBe(false);
  await resume.waitFor({ state: 'detached' });
  const told = [
    ['drain', 'this peer'],
    ['drain', 'new work of the mesh'],
    ['pause', 'this peer'],
    ['drain', 'this peer'],
  ] as const;
  expect((await orders()).slice(before)).toMatchObject(
    told.flatMap(([act, about]) =>
      [act, 'resume'].map((act) => ({ act, about, by: 'admin-token' })),
    ),
  );
  await leave(tab);
});

it('files an issue only when it is said to', async () => {
  const tab = await at('/tasks');
  const { page } = tab;
  const Issues = z.array(
    z.object({ title: z.string(), labels: z.array(z.object({ name: z.string() })) }),
  );
  const issues = async () =>
    Issues.parse(await place.forge.call(account, 'GET', 'issues?state=all'));
  const before = await issues();
  await order(
    page,
    async () => {
      await page.getByRole('button', { name: 'Submit an issue' }).click();
      await page.getByLabel('Title').fill('Write elm');
      await page.getByLabel('Recipe').selectOption('quick');
      await page.getByLabel('word', { exact: true }).fill('elm');
      await page.getByText('such as abc; it has to match').waitFor();
      await page.getByLabel('Words for people').fill('Please.');
    },
    'File it',
  );
  const filed = (await issues()).filter(({ title }) => title === 'Write elm');
  expect(before.some(({ title }) => title === 'Write elm')).toBe(false);
  expect(filed).toMatchObject([{ labels: [{ name: 'bzzz' }] }]);
  expect((await orders()).at(-1)).toMatchObject({
    act: 'submit',
    about: `${place.forge.repo}: Write elm`,
  });
  await page.locator('.column[data-state=done] .card', { hasText: 'Write elm' }).waitFor();
  await leave(tab);
});

it('shows who may only look nothing that he may not', async () => {
  const url = await gatewayUrl(place.stage, place.peer);
  const answer = await fetch(`${url}/api/v1/keys`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await ownToken(place.peer)}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ name: 'wall', role: 'viewer' }),
  });
  const { token } = z.object({ token: z.string() }).parse(await answer.json());
  const wall = await at(`/tasks/${place.forge.repo}/1`, token);
  const own = await at(`/tasks/${place.forge.repo}/1`);
  const acting = /^(Submit an issue|Drain or pause|Cancel|Retry|Release|Heal now)$/;
  for (const path of [null, 'Mesh', 'Health'] as const) {
    for (const { page } of [wall, own]) {
      if (path !== null) await page.getByRole('link', { name: path, exact: true }).click();
      await page.getByRole('heading', { level: 2 }).first().waitFor();
    }
    expect(await own.page.getByRole('button', { name: acting }).count()).toBeGreaterThan(1);
    expect(await wall.page.getByRole('button', { name: acting }).count()).toBe(0);
  }
  await leave(wall);
  await leave(own);
});
