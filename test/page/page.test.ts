/** The page of a real cluster of five peers with work, in a real browser. */
import type { Browser, BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { type ForgeProcess, startForge } from '../e2e/harness/forge.ts';
import { fullMesh, type PeerProcess, startPeers } from '../e2e/harness/peer.ts';
import { createStage, patientMs, type Stage } from '../e2e/harness/stage.ts';
import { sampleWorld } from '../e2e/harness/worlds.ts';
import {
  keepShot,
  openBrowser,
  openTab,
  overflowPx,
  spillPx,
  type Tab,
  violations,
} from './browser.ts';
import {
  closeDone,
  desk,
  gatewayUrl,
  leave,
  ownToken,
  phone,
  visit as visitPeer,
} from './visit.ts';

vi.setConfig({ testTimeout: patientMs, hookTimeout: patientMs });

const names = ['acacia', 'walnut', 'ironwood', 'rosewood', 'forsteinet'];
const hostile = '<img src=x onerror="document.title=`taken`"> {{7*7}} </script>';

let stage: Stage;
let forge: ForgeProcess;
let peers: PeerProcess[];
let browser: Browser;
let link: { readonly url: string; readonly token: string };
/** A task that is done. */
let done: number;

beforeAll(async () => {
  stage = await createStage();
  forge = await startForge(stage, await sampleWorld());
  peers = await startPeers(stage, forge, names, {
    gateway: { enabled: true, listen: '127.0.0.1:0' },
  });
  browser = await openBrowser();
  const [acacia] = peers;
  if (acacia === undefined) throw new Error('there is no peer');
  await fullMesh(stage, peers);
  link = { url: await gatewayUrl(stage, acacia), token: await ownToken(acacia) };
  done = await stage.until('two tasks are done', async () => {
    const { tasks } = await acacia.client.tasks();
    const ended = tasks.filter(({ state }) => state === 'done');
    return ended.length > 1 && Number(ended[0]?.task.split('#')[1]);
  });
});

afterAll(async () => {
  await browser?.close();
  await stage?.close();
});

/** At the page of the first peer. */
function visit(path: string, options?: BrowserContextOptions): Promise<Tab> {
  const [peer] = peers;
  if (peer === undefined) throw new Error('there is no peer');
  return visitPeer(
    { stage, browser },
    { peer, path, ...(options === undefined ? {} : { options }) },
  );
}

const taskPath = () => `/tasks/${forge.repo}/${done}`;

describe('the page', () => {
  it('takes the token out of the address, and shows the mesh soon', async () => {
    const tab = await openTab(browser, desk);
    await tab.page.addInitScript(`
      new MutationObserver(() => {
        if (globalThis.firstViewMs === undefined && document.querySelectorAll('.peer-row').length > 4)
          globalThis.firstViewMs = performance.now();
      }).observe(document, { childList: true, subtree: true });
    `);
    await tab.page.goto(`${link.url}/#token=${link.token}`);
    for (const name of names) await tab.page.getByRole('link', { name, exact: true }).waitFor();
    expect(tab.page.url()).toBe(`${link.url}/`);
    // Again as somebody who was here before; the peers of this test share its two cores.
    await tab.page.reload();
    await tab.page
      .locator('.peer-row')
      .nth(names.length - 1)
      .waitFor();
    const ms = z.number().parse(await tab.page.evaluate('globalThis.firstViewMs'));
    console.log(`first view after ${Math.round(ms)} ms`);
    expect(ms).toBeLessThan(5_000);
    await leave(tab);
  });

  it('asks for a token without one, and refuses a wrong one', async () => {
    const tab = await openTab(browser, desk);
    await tab.page.goto(`${link.url}/tasks`);
    await tab.page.getByLabel('Token').fill('bzzz_wrong');
    await tab.page.getByRole('button', { name: 'Look in' }).click();
    await tab.page.getByRole('alert').filter({ hasText: 'knows no such token' }).waitFor();
    expect(await violations(tab.page)).toEqual([]);
    await keepShot(tab.page, 'login');
    await tab.page.getByLabel('Token').fill(link.token);
    await tab.page.getByRole('button', { name: 'Look in' }).click();
    await tab.page.getByRole('heading', { name: 'Tasks', level: 2 }).waitFor();
    await tab.page.context().close();
  });

  it.each([
    { view: 'mesh', path: () => '/mesh', has: 'Topology' },
    { view: 'tasks', path: () => '/tasks', has: 'Being proved' },
    { view: 'task', path: taskPath, has: 'Verdicts' },
    { view: 'timeline', path: () => '/timeline', has: 'Timeline' },
    { view: 'peer', path: () => `/peers/${peers[1]?.id()}`, has: 'Abilities' },
    { view: 'health', path: () => '/cluster', has: 'Repositories' },
  ])('has no fault that axe finds in the view $view, on a desk or on a phone', async (one) => {
    for (const [where, options] of [
      ['desk', desk],
      ['desk-light', { ...desk, colorScheme: 'light' }],
      ['phone', phone],
    ] as const) {
      const tab = await visit(one.path(), options);
      await tab.page.getByRole('heading', { name: one.has }).first().waitFor();
      if (one.view === 'mesh') await tab.page.locator('.graph canvas').first().waitFor();
      await keepShot(tab.page, `${one.view}-${where}`);
      expect(await violations(tab.page), where).toEqual([]);
      expect(await overflowPx(tab.page), where).toBe(0);
      expect(await spillPx(tab.page), where).toBe(0);
      await leave(tab);
    }
  });

  it('leaves room on a phone for the past and for the name of the peer', async () => {
    const tab = await visit('/mesh', phone);
    const slider = tab.page.getByRole('slider', { name: 'Moment that the page shows' });
    await slider.waitFor();
    const boxes = async () => {
      const [track, bar] = [
        await slider.boundingBox(),
        await tab.page.getByRole('region', { name: 'Moment', exact: true }).boundingBox(),
      ];
      if (track === null || bar === null) throw new Error('it is not shown');
      return { share: track.width / bar.width, below: bar.y + bar.height - track.y - track.height };
    };
    expect((await boxes()).share).toBeGreaterThan(0.9);
    const cut =
      'document.querySelector(".top-who").scrollWidth > document.querySelector(".top-who").clientWidth';
    expect(await tab.page.evaluate(cut)).toBe(false);
    await slider.focus();
    await tab.page.keyboard.press('Home');
    await tab.page.getByRole('button', { name: 'To now' }).waitFor();
    const past = await boxes();
    expect(past.share).toBeGreaterThan(0.9);
    expect(past.below).toBeGreaterThan(0);
    await tab.page.getByRole('status').filter({ hasText: 'Past' }).waitFor({ state: 'attached' });
    expect(await overflowPx(tab.page)).toBe(0);
    expect(await violations(tab.page)).toEqual([]);
    await keepShot(tab.page, 'past-phone');
    await leave(tab);
  });

  it('wastes no room of a phone on columns of the board in which there is nothing', async () => {
    const tab = await visit('/tasks', phone);
    await tab.page.getByLabel('Search tasks').fill(`#${done}`);
    const empty = tab.page.locator('.column[data-empty=true]');
    await stage.until('one column has something', async () => (await empty.count()) === 4);
    for (const column of await empty.all()) {
      expect((await column.boundingBox())?.height).toBeLessThan(40);
    }
    await leave(tab);
  });

  it('shows the same moment and the same entries when it is loaded again', async () => {
    const tab = await visit('/timeline');
    await tab.page.getByLabel('Search').fill('task.seen');
    await tab.page.locator('.entry', { hasText: 'task.seen' }).first().click();
    await tab.page.getByRole('button', { name: 'Show the page at this moment' }).click();
    const banner = tab.page.getByText('The page shows');
    const said = await banner.textContent();
    await tab.page.waitForURL(/[?&]at=\d+/);
    await tab.page.waitForURL(/[?&]text=task\.seen/);
    await tab.page.reload();
    await tab.page.locator('.entry', { hasText: 'task.seen' }).first().waitFor();
    expect(await banner.textContent()).toBe(said);
    expect(await tab.page.getByLabel('Search').inputValue()).toBe('task.seen');
    await tab.page.getByRole('button', { name: 'To now' }).click();
    await tab.page.waitForURL((url) => !url.searchParams.has('at'));
    await leave(tab);
  });

  it('says what became of an issue that is left alone, to whoever searches it', async () => {
    const tab = await visit('/tasks');
    await tab.page.getByText(/^\d+ issues left alone$/).waitFor();
    const search = tab.page.getByRole('searchbox', { name: 'Search tasks' });
    await search.fill('#7');
    await tab.page.getByText('assigned to mara').waitFor();
    await keepShot(tab.page, 'tasks-search');
    expect(await violations(tab.page)).toEqual([]);
    await search.fill('#4711');
    await tab.page.getByText('No task has these words').waitFor();
    await leave(tab);
  });

  it('tells somebody new what happened to issue 7, and why peer 3 is idle, by the page alone', async () => {
    const tab = await visit('/');
    const { page } = tab;
    await page.getByRole('link', { name: 'Tasks', exact: true }).click();
    await page.getByRole('searchbox', { name: 'Search tasks' }).fill('7');
    await page.getByRole('link', { name: `${forge.repo}#7` }).click();
    await page.getByText('bzzz leaves this issue alone: assigned to mara').waitFor();
    await page.getByText('No peer takes it').waitFor();
    await keepShot(page, 'new-user-issue-7');

    const [, , third] = names;
    if (third === undefined) throw new Error('there is no third peer');
    await peers[2]?.client.orderPeer({ order: 'drain' });
    await page.getByRole('link', { name: 'Mesh', exact: true }).click();
    await page.locator('.peer-row').getByRole('link', { name: third, exact: true }).click();
    const reasons = page.getByRole('region', { name: 'Reasons' });
    await reasons.getByRole('button', { name: 'Ask it' }).click();
    await reasons.getByText('begins nothing new: an operator drained or paused it').waitFor();
    await page.locator('.page-head').getByText(`${third} is drained`).waitFor();
    await keepShot(page, 'new-user-peer-3');
    await peers[2]?.client.orderPeer({ order: 'resume' });
    const idle = reasons.getByText(/of \d+ slots? taken; /);
    await stage.until('it says how it is without', async () => {
      await reasons.getByRole('button', { name: 'Ask it' }).click();
      await reasons.getByRole('button', { name: 'Ask it' }).waitFor();
      return (await idle.count()) > 0;
    });
    expect(await violations(page)).toEqual([]);
    await leave(tab);
  });

  it('tells the story of a task from its claim to its pull request', async () => {
    const tab = await visit(taskPath());
    const story = await peers[0]?.client.task(String(done));
    const holder = story?.task.holderName ?? '?';
    await tab.page.getByText(`Claimed by ${holder}`).waitFor();
    for (const text of ['Result published', 'accepted', 'passed', 'Ended: done', 'bzzz verify ']) {
      await tab.page.getByText(text).first().waitFor();
    }
    const why = tab.page.getByRole('region', { name: 'Why', exact: true });
    const ask = why.getByRole('button', { name: 'Ask every peer' });
    await stage.until('all peers say that it is done', async () => {
      await ask.click();
      await ask.waitFor();
      return (await why.getByText('all 5 peers: ').count()) > 0;
    });
    expect(await why.locator('li').count()).toBe(1);
    await why.scrollIntoViewIfNeeded();
    await keepShot(tab.page, 'task-why');
    await leave(tab);
  });

  it('goes back to a moment of the past, and plays it until it is live again', async () => {
    const tab = await visit('/tasks');
    const slider = tab.page.getByRole('slider', { name: 'Moment that the page shows' });
    const doneCount = () => tab.page.locator('.column[data-state=done] .card').count();
    await tab.page.locator('.column[data-state=done] .card').first().waitFor();
    expect(await doneCount()).toBeGreaterThan(0);
    await slider.focus();
    await tab.page.keyboard.press('Home');
    await tab.page.getByText('The page shows').waitFor();
    expect(await doneCount()).toBe(0);
    for (let step = 0; step < 6; step += 1) await tab.page.keyboard.press('PageUp');
    await keepShot(tab.page, 'tasks-past');
    expect(await violations(tab.page)).toEqual([]);
    await tab.page.getByRole('link', { name: 'Mesh', exact: true }).click();
    await tab.page.locator('.graph canvas').first().waitFor();
    await keepShot(tab.page, 'mesh-past');
    for (let press = 0; press < 2; press += 1) {
      await tab.page.getByRole('button', { name: /^Speed/ }).click();
    }
    await tab.page.getByRole('button', { name: 'Play from here' }).click();
    await tab.page.getByText('The page shows').waitFor({ state: 'detached' });
    await leave(tab);
  });

  it('is used by the keyboard alone', async () => {
    const tab = await visit('/mesh');
    await tab.page.keyboard.press('Tab');
    expect(await tab.page.evaluate('document.activeElement.textContent.trim()')).toBe(
      'To the content',
    );
    for (const stop of ['bzzz', 'Mesh', 'Tasks']) {
      await tab.page.keyboard.press('Tab');
      expect(await tab.page.evaluate('document.activeElement.textContent')).toBe(stop);
    }
    await tab.page.keyboard.press('Enter');
    await tab.page.getByRole('heading', { name: 'Tasks', level: 2 }).waitFor();
    // Whoever does not see that the page changed is taken to its content.
    expect(await tab.page.evaluate('document.activeElement.id')).toBe('main');
    await leave(tab);
  });

  it('finds entries by words and kinds', async () => {
    const tab = await visit('/timeline');
    await tab.page.getByRole('button', { name: 'verdict', exact: true }).click();
    await tab.page.getByLabel('Search').fill(`#${done}`);
    const rows = tab.page.locator('.entry');
    await tab.page
      .locator('.entry-kind', { hasNotText: 'verdict.' })
      .first()
      .waitFor({ state: 'detached' });
    await rows.first().click();
    await tab.page.getByRole('complementary', { name: 'Entry' }).waitFor();
    await keepShot(tab.page, 'timeline-entry');
    expect(await violations(tab.page)).toEqual([]);
    await leave(tab);
  });

  it('files an issue, and shows whatever its title says as text', async () => {
    const tab = await visit('/tasks');
    await tab.page.getByRole('button', { name: 'Submit an issue' }).click();
    await tab.page.getByLabel('Title').fill(hostile);
    await tab.page.getByLabel('Recipe').selectOption('license-header');
    await tab.page.getByLabel('module', { exact: true }).fill('distance');
    await tab.page.getByLabel('Words for people').fill(hostile);
    expect(await violations(tab.page)).toEqual([]);
    await keepShot(tab.page, 'submit');
    await tab.page.getByRole('button', { name: 'File it' }).click();
    // The link leads to the task, and the dialog is gone.
    await tab.page.getByRole('link', { name: /^Filed as / }).click();
    await tab.page.getByRole('dialog').waitFor({ state: 'detached' });
    await tab.page.getByRole('heading', { name: hostile, level: 2 }).waitFor();
    await tab.page.getByRole('link', { name: 'Timeline', exact: true }).click();
    await tab.page.getByText('ordered submit').first().waitFor();
    expect(await tab.page.locator('main img').count()).toBe(0);
    expect(await tab.page.title()).toMatch(/^Timeline · \S+ · bzzz$/);
    await leave(tab);
  });

  it('cancels a task by a comment on its issue when that is confirmed', async () => {
    const tab = await visit(`/tasks/${forge.repo}/${done}`);
    await tab.page.getByRole('button', { name: 'Cancel', exact: true }).click();
    await keepShot(tab.page, 'cancel');
    expect(await violations(tab.page)).toEqual([]);
    await tab.page.getByRole('dialog').getByRole('button', { name: 'Stop the work' }).click();
    const said = tab.page.getByRole('link', { name: 'Said by this comment' });
    await said.waitFor();
    expect(await said.getAttribute('href')).toMatch(/#issuecomment-/);
    await closeDone(tab.page);
    await tab.page.getByRole('link', { name: 'Timeline', exact: true }).click();
    await tab.page.getByText('ordered cancel').first().waitFor();
    await leave(tab);
  });

  it('drains the peer when that is confirmed, and says so', async () => {
    const tab = await visit('/mesh');
    const order = async (title: string) => {
      await tab.page
        .getByRole('button', { name: /^(Drain or pause|Resume, drain or pause)$/ })
        .click();
      await tab.page.getByRole('button', { name: title }).click();
      await tab.page.getByRole('button', { name: title, exact: true }).click();
    };
    await order('Drain acacia');
    await tab.page.getByText('acacia takes nothing new, and finishes what is').waitFor();
    await keepShot(tab.page, 'paused');
    await tab.page.keyboard.press('Escape');
    await tab.page.locator('.peer-row .badge[data-state=paused]').first().waitFor();
    await tab.page.getByText('Resume, above, ends it.').waitFor();
    await keepShot(tab.page, 'paused-banner');
    expect(await tab.page.getByText('bzzz resume').count()).toBe(0);
    await order('Resume acacia');
    await tab.page.getByText('acacia takes new tasks.').waitFor();
    await leave(tab);
  });

  it('shows live that a peer died', async () => {
    const tab = await visit('/mesh');
    const [, , , , last] = peers;
    await last?.kill();
    const row = tab.page.locator('.peer-row', { hasText: 'forsteinet' });
    await row.locator('.badge[data-state=dead]').waitFor();
    await tab.page.getByText('declared forsteinet dead').first().waitFor();
    await keepShot(tab.page, 'mesh-dead-peer');
    await leave(tab);
  });

  it('says so when its own peer is gone', async () => {
    const tab = await visit('/mesh');
    await peers[0]?.kill();
    await tab.page.getByText('The peer does not answer.').waitFor();
    await keepShot(tab.page, 'peer-gone');
    expect(await violations(tab.page)).toEqual([]);
    await tab.page.context().close();
  });
});
