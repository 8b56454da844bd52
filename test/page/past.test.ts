/** The scrubber takes every view back, not only the one that is looked at: timeline, health, and what is played. */
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { keepShot, overflowPx, violations } from './browser.ts';
import { closeDone, leave, setPlace, visit } from './visit.ts';

const place = setPlace([{ recipe: 'quick', word: 'oak' }], ['ant', 'bee', 'fly']);

/** First a healing, then a death: between the two the one had been, and the other not. */
beforeAll(async () => {
  const { stage, peer: ant, peers } = place;
  const fly = peers.find(({ name }) => name === 'fly');
  if (fly === undefined) throw new Error('there is no fly');
  const tab = await visit(place, { peer: ant, path: '/cluster' });
  await tab.page.getByRole('button', { name: 'Heal now' }).click();
  await tab.page.getByRole('button', { name: 'Heal', exact: true }).click();
  await closeDone(tab.page);
  await leave(tab);
  await stage.until('fly has told how its machine is', async () => {
    const { peers: told } = await ant.client.peers();
    return told.some(({ name, health }) => name === 'fly' && health !== undefined);
  });
  await fly.kill();
  await stage.until('fly is dead', async () => {
    const { peers: told } = await ant.client.peers();
    return told.some(({ name, liveness }) => name === 'fly' && liveness === 'dead');
  });
});

/** What was ordered before the death; by itself a peer heals other things, also after it. */
const ordered = /healing (prune|refresh): \w+/;

/** Where the page stands in the past, by the first entry of a kind that says this. */
async function goTo(page: Page, kind: string, words: RegExp): Promise<void> {
  await page.getByRole('link', { name: 'Timeline', exact: true }).click();
  await page.getByLabel('Search').fill(kind);
  const found = page.locator('.entry', { hasText: kind }).filter({ hasText: words });
  await found.first().click();
  await page.getByRole('button', { name: 'Show the page at this moment' }).click();
  await page.getByText('The page shows').waitFor();
  await page.getByRole('button', { name: 'All', exact: true }).click();
}

async function count(page: Page): Promise<number> {
  const text = (await page.locator('.page-head').textContent()) ?? '';
  return Number(/([\d,]+) entr(?:y|ies)/.exec(text)?.[1]?.replaceAll(',', ''));
}

it('the timeline ends at the moment, and grows while it is played', async () => {
  const tab = await visit(place, { peer: place.peer, path: '/timeline' });
  const { page } = tab;
  await page.locator('.entry').first().waitFor();
  await goTo(page, 'health.healed', ordered);
  const rows = page.locator('.virtual .entry');
  const timeOf = (row: Locator) => row.locator('.entry-time').textContent();
  const healed = rows.filter({ hasText: 'health.healed' }).filter({ hasText: ordered });
  // Whatever else was written within that millisecond is there; nothing of later. All are shown, and the
  // list is at its end, a few frames after the filter was taken away.
  await place.stage.until('the moment is the end of the list', async () => {
    const found = await healed.count();
    return found > 0 && (await timeOf(rows.last())) === (await timeOf(healed.first()));
  });
  expect(await page.getByText('declared fly dead').count()).toBe(0);
  const then = await count(page);
  const journalled = (await place.peer.journal()).length;
  expect(then).toBeGreaterThan(5);
  await keepShot(page, 'timeline-past');
  expect(await violations(page)).toEqual([]);

  for (let press = 0; press < 2; press += 1) {
    await page.getByRole('button', { name: /^Speed/ }).click();
  }
  await page.getByRole('button', { name: 'Play from here' }).click();
  await place.stage.until('it grows', async () => (await count(page)) > then);
  await page.getByText('The page shows').waitFor({ state: 'detached' });
  await place.stage.until('it holds all', async () => (await count(page)) >= journalled);
  // Of a long list a part is drawn, and more may have been written since.
  await page.getByLabel('Search').fill('member.dead');
  await page.getByText('declared fly dead').first().waitFor();
  await leave(tab);
});

it('health is what the journals told by then, and live again at the end', async () => {
  const tab = await visit(place, { peer: place.peer, path: '/mesh' });
  const { page } = tab;
  const problems = page.getByRole('region', { name: 'Problems' });
  const healing = page.getByRole('region', { name: 'Healing' });
  const gauges = page.getByRole('region', { name: 'Machine', exact: true });
  await page.getByRole('link', { name: 'Health', exact: true }).click();
  await gauges.waitFor();
  // Loaded again where it is, it is the page, not an answer of the API.
  await page.reload();
  await gauges.waitFor();
  await goTo(page, 'health.healed', ordered);
  await page.getByRole('link', { name: 'Health', exact: true }).click();
  await healing.getByText(ordered).first().waitFor();
  await problems.getByText('No journal told of any.').waitFor();
  // What no journal tells is not made up, and nothing can be ordered in the past.
  expect(await gauges.count()).toBe(0);
  expect(await page.getByRole('button', { name: 'Heal now' }).count()).toBe(0);
  await keepShot(page, 'health-past');
  expect(await violations(page)).toEqual([]);
  expect(await overflowPx(page)).toBe(0);

  const slider = page.getByRole('slider', { name: 'Moment that the page shows' });
  await slider.focus();
  await page.keyboard.press('Home');
  await healing.getByText('Nothing had been healed').waitFor();
  await page.getByRole('button', { name: 'To now' }).click();
  await goTo(page, 'member.dead', /declared fly dead/);
  await page.getByRole('link', { name: 'Health', exact: true }).click();
  await problems.getByText('fly was dead.').waitFor();
  await healing.getByText(ordered).first().waitFor();
  await page.getByRole('button', { name: 'To now' }).click();
  await gauges.waitFor();
  const machine = page.getByRole('region', { name: 'Machines' }).getByRole('listitem');
  await machine.filter({ hasText: 'fly' }).getByText('offline').waitFor();
  expect(await problems.getByText('fly was dead.').count()).toBe(0);
  await leave(tab);
});

it('says what it does not hold of the past, and gets it when it is asked for or looked at', async () => {
  // Each press is two entries; a page begins with the newest thousand.
  for (let press = 0; press < 520; press += 1) {
    await place.peer.client.pause({ scope: 'self', paused: press % 2 === 0 });
  }
  const tab = await visit(place, { peer: place.peer, path: '/timeline' });
  const { page } = tab;
  const head = page.locator('.page-head');
  await head.filter({ hasText: /1,0\d\d of 1,\d{3} are loaded/ }).waitFor();
  expect(await page.getByText('declared fly dead').count()).toBe(0);
  await page.getByRole('button', { name: 'Earlier', exact: true }).click();
  await page.getByText('All of it', { exact: true }).waitFor();
  expect(await head.textContent()).not.toContain('are loaded');

  // The link to a moment that a page does not begin with leads there all the same.
  await goTo(page, 'member.dead', /declared fly dead/);
  const said = (await page.getByText('The page shows').textContent()) ?? '';
  await page.waitForURL(/[?&]at=\d+/);
  await page.reload();
  await page.getByText('declared fly dead').first().waitFor();
  expect(await page.getByText('The page shows').textContent()).toBe(said);
  await leave(tab);
});
