/**
 * A mesh of 1,000 peers with 5,000 connections and 10,000 events a second: how the page draws that beside
 * sigma alone, in the same browser: as sigma comes, and drawing what the page draws.
 */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import { openBrowser } from './browser.ts';
import { serveFolder } from './static-server.ts';

vi.setConfig({ testTimeout: 900_000 });

const visualizer = fileURLToPath(new URL('../../packages/visualizer', import.meta.url));
/** Odd, so that one of them is the median. */
const rounds = 7;
const shareMin = 0.9;
const seconds = 4;

const Figures = z.object({
  framesPerSecond: z.number(),
  nodes: z.number(),
  edges: z.number(),
  eventsPerSecond: z.number(),
  lost: z.number(),
  width: z.number(),
  height: z.number(),
});

it('draws nearly as many frames as sigma alone', async () => {
  const vite = fileURLToPath(new URL('../../node_modules/vite/bin/vite.js', import.meta.url));
  await promisify(execFile)(process.execPath, [vite, 'build', '--mode', 'bench'], {
    cwd: visualizer,
    // As it is served, not as it would be under test.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const server = await serveFolder(`${visualizer}/dist/bench`);
  onTestFinished(() => server.close());
  const browser = await openBrowser();
  onTestFinished(() => browser.close());

  async function measure(call: string) {
    const page = await browser.newPage({ viewport: { width: 800, height: 600 } });
    await page.goto(`${server.url}/bench.html`);
    const figures = Figures.parse(await page.evaluate(`bench.${call}`));
    await page.close();
    return figures;
  }

  const [besideBare, besideAlike]: [number[], number[]] = [[], []];
  while (besideBare.length < rounds) {
    // By turns, so that what else the machine does meets both.
    const page = await measure(`page(${seconds}, 10000)`);
    const { width, height } = page;
    const bare = await measure(`bare(${seconds}, ${JSON.stringify({ width, height })})`);
    const alike = await measure(`alike(${seconds}, ${JSON.stringify({ width, height })})`);
    const frames = [bare, alike, page].map((one) => one.framesPerSecond.toFixed(1));
    console.log(
      `frames/s: bare ${frames[0]}, alike ${frames[1]}, page ${frames[2]} with ${Math.round(page.eventsPerSecond)} events/s`,
    );
    expect(page).toMatchObject({ nodes: bare.nodes, edges: bare.edges, lost: 0 });
    expect(bare.nodes).toBe(1_000);
    expect(bare.edges).toBeGreaterThan(4_900);
    expect(page.eventsPerSecond).toBeGreaterThan(9_000);
    besideBare.push(page.framesPerSecond / bare.framesPerSecond);
    besideAlike.push(page.framesPerSecond / alike.framesPerSecond);
  }
  console.log(`of bare ${spreadOf(besideBare)}; of alike ${spreadOf(besideAlike)}`);
  expect(median(besideBare)).toBeGreaterThan(shareMin);
});

function median(figures: readonly number[]): number {
  return figures.toSorted((one, other) => one - other)[Math.floor(figures.length / 2)] ?? 0;
}

function spreadOf(figures: readonly number[]): string {
  const ends = [Math.min(...figures), Math.max(...figures)].map((one) => one.toFixed(2));
  return `${median(figures).toFixed(2)} (${ends.join(' to ')})`;
}
