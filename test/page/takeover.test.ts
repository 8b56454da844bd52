/** What a page tells when the peer that works on a task is killed, served by a peer that saw it happen. */
import { expect, it } from 'vitest';
import type { PeerProcess } from '../e2e/harness/peer.ts';
import { findWaiting } from '../e2e/harness/worlds.ts';
import { keepShot, violations } from './browser.ts';
import { leave, setPlace, visit } from './visit.ts';

const place = setPlace([{ recipe: 'telling', word: 'oak' }], ['ant', 'bee', 'fly', 'hen']);

async function whoWaits(among: readonly PeerProcess[]): Promise<PeerProcess | undefined> {
  for (const peer of among) if ((await findWaiting(peer)) !== undefined) return peer;
  return undefined;
}

it('tells who died with the task, who took it over, and whose each output is', async () => {
  const { stage, forge, peers } = place;
  const first = await stage.until('somebody works', () => whoWaits(peers));
  const [watcher, ...rest] = peers.filter((peer) => peer !== first);
  if (watcher === undefined) throw new Error('nobody looks on');
  await stage.until('who looks on knows that it runs', async () => {
    const { tasks } = await watcher.client.tasks();
    return tasks.some(({ holderName, state }) => holderName === first.name && state === 'running');
  });
  const tab = await visit(place, { peer: watcher, path: `/tasks/${forge.repo}/1` });
  const { page } = tab;
  const log = page.getByRole('log', { name: 'Output of the attempt' });
  await log.filter({ hasText: 'line 3' }).waitFor();

  await first.kill();
  const second = await stage.until('somebody took it over', () => whoWaits([watcher, ...rest]));
  const story = page.locator('.story');
  await story.getByText(`Lost: ${first.name} was declared dead`).waitFor();
  await story.getByText(`Taken over by ${second.name}`).waitFor();
  await story.getByText(`after ${first.name}, which held epoch 1, was declared dead.`).waitFor();
  await story.locator('.badge', { hasText: 'lost' }).waitFor();
  expect(await story.locator('.badge', { hasText: /^running$/ }).count()).toBeLessThanOrEqual(1);
  await log.getByText(new RegExp(`^epoch 2, attempt \\d+, ${second.name}$`)).waitFor();
  expect(await log.getByText('what stood here is not kept').count()).toBe(0);

  // The same in the banner, in status and in Health.
  const words = `${first.name} is dead, nothing was heard of it for`;
  await page.locator('.banner', { hasText: words }).waitFor();
  const { problems } = await watcher.client.status();
  const dead = problems.find(({ code }) => code === 'peer_dead');
  expect(dead?.text).toContain(`it held #1, which ${second.name} took over`);
  await keepShot(page, 'takeover');
  expect(await violations(page)).toEqual([]);

  await page.getByRole('link', { name: 'Mesh', exact: true }).click();
  const row = page.locator('.peer-row', { hasText: first.name });
  await row.getByText(/^declared dead/).waitFor();
  await row.getByRole('link', { name: second.name }).waitFor();
  expect(await row.getByText('works on').count()).toBe(0);
  await keepShot(page, 'mesh-after-takeover');
  expect(await violations(page)).toEqual([]);
  await leave(tab);
});
