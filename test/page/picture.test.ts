/** In the picture of a few peers nobody moves as long as nobody comes or goes, whatever they do: measured in pixels. */
import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { bodyOf, findWaiting, maintainer, openGate } from '../e2e/harness/worlds.ts';
import { keepShot } from './browser.ts';
import { desk, leave, phone, setPlace, visit } from './visit.ts';

const place = setPlace([], ['forsteinet', 'acacia', 'ironwood']);

const Spots = z.array(z.object({ left: z.number(), top: z.number() }));

/** How far a disc may seem to move by the smoothing of its edge. */
const movedPxMax = 1;

/**
 * Middles of the discs, from the left. A disc is found by its core: nothing else in the picture is of one colour of
 * the given ones over eleven pixels both ways.
 */
async function discs(page: Page): Promise<z.infer<typeof Spots>> {
  const shot = await page.getByRole('img', { name: 'Picture of the mesh' }).screenshot();
  // Another page, as that of the peer loads no images but its own.
  const blank = await page.context().newPage();
  const found = await blank.evaluate(`${findDiscs}('${shot.toString('base64')}')`);
  await blank.close();
  return Spots.parse(found);
}

const findDiscs = `(async (png) => {
  const image = new Image();
  image.src = 'data:image/png;base64,' + png;
  await image.decode();
  const pen = new OffscreenCanvas(image.width, image.height).getContext('2d');
  pen.drawImage(image, 0, 0);
  const { data } = pen.getImageData(0, 0, image.width, image.height);
  const colours = [[0x5c, 0x6a, 0x7d], [0x4b, 0x93, 0xf7], [0x84, 0x92, 0xa6], [0x2f, 0x7a, 0xe5]];
  const is = (x, y, colour) => colour.every((part, at) => {
    return Math.abs((data[4 * (y * image.width + x) + at] ?? -99) - part) < 6;
  });
  const spots = [];
  const core = 5;
  for (let y = core; y < image.height - core; y += 1)
    for (let x = core; x < image.width - core; x += 1)
      for (const colour of colours) {
        const isCore = [[0, 0], [core, 0], [-core, 0], [0, core], [0, -core]].every(
          ([right, down]) => is(x + right, y + down, colour),
        );
        if (!isCore) continue;
        const near = spots.find((one) => Math.hypot(one.x / one.n - x, one.y / one.n - y) < 20);
        if (near === undefined) spots.push({ x, y, n: 1 });
        else Object.assign(near, { x: near.x + x, y: near.y + y, n: near.n + 1 });
      }
  return spots.map(({ x, y, n }) => ({ left: x / n, top: y / n })).sort((a, b) => a.left - b.left);
})`;

it('names who watches the repository and who stands by, of all peers', async () => {
  const tab = await visit(place, { peer: place.peer, path: '/mesh' });
  const { page } = tab;
  const rows = page.locator('.peer-row');
  const role = (name: string) => rows.filter({ has: page.getByText(name, { exact: true }) });
  await place.stage.until('one watches, another stands by', async () => {
    return (await role('watcher').count()) === 1 && (await role('standby').count()) === 1;
  });
  // By the word of each about itself.
  const watchers: string[] = [];
  for (const { name, client } of place.peers) {
    const { forge } = await client.status();
    if (forge.watching.some((one) => one.role === 'watcher')) watchers.push(name);
  }
  expect(await role('watcher').locator('.peer-name').allTextContents()).toEqual(watchers);
  await leave(tab);
});

it.each([
  ['desk', desk],
  ['phone', phone],
] as const)(
  'nobody moves when one takes up work, is pointed at or done: %s',
  async (name, options) => {
    const { stage, forge, peer, peers } = place;
    const tab = await visit(place, { peer, path: '/mesh', options });
    const { page } = tab;
    const before = await stage.until('all discs are drawn', async () => {
      const found = await discs(page);
      return found.length === peers.length && found;
    });
    const expectStill = async (what: string) => {
      const now = await stage.until(`all discs are there: ${what}`, async () => {
        const found = await discs(page);
        return found.length === peers.length && found;
      });
      now.forEach(({ left, top }, at) => {
        const was = before[at] ?? { left: 0, top: 0 };
        expect(Math.hypot(left - was.left, top - was.top), what).toBeLessThanOrEqual(movedPxMax);
      });
    };

    const filed = { title: 'Write oak', body: bodyOf('gated', `oak${name}`), labels: ['bzzz'] };
    await forge.call(maintainer, 'POST', 'issues', filed);
    const worker = await stage.until('somebody works', async () => {
      for (const one of peers) if ((await findWaiting(one)) !== undefined) return one;
      return undefined;
    });
    const row = page.locator('.peer-row', { hasText: worker.name });
    await row.locator('.badge[data-state=working]').waitFor();
    await keepShot(page, `picture-${name}`);
    await expectStill('one works');
    await row.hover();
    await expectStill('it is pointed at in the table');
    const [first] = before;
    const box = await page.getByRole('img', { name: 'Picture of the mesh' }).boundingBox();
    if (first === undefined || box === null) throw new Error('there is no picture');
    await page.mouse.move(box.x + first.left, box.y + first.top);
    await expectStill('one is pointed at in the picture');
    await page.mouse.move(0, 0);
    await openGate(stage, worker);
    await row.locator('.badge[data-state=idle]').waitFor();
    await expectStill('it is done');
    await leave(tab);
  },
);
