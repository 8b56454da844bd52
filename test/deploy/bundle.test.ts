/** The bundle that the image holds: a peer of it does a whole task, with the forge that it brings along. */
import { execFile } from 'node:child_process';
import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createControlClient } from '@bzzz/peer';
import { isBzzzError } from '@bzzz/protocol';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createStage, patientMs } from '../e2e/harness/stage.ts';

vi.setConfig({ testTimeout: patientMs });

const run = promisify(execFile);

it('starts alone, works, shows its page and its API, and stops', async () => {
  const { stdout } = await run(process.execPath, ['scripts/lib/bundle.ts']);
  expect(stdout).toMatch(/^dist\/bundle: 3 programs/);
  const stage = await createStage();
  onTestFinished(() => stage.close());
  const data = join(stage.dir, 'data');
  await mkdir(data, { mode: 0o700 });
  // Away from the checkout, where what it lacks would be found.
  await cp('dist/bundle', join(stage.dir, 'bundle'), { recursive: true });
  const main = join(stage.dir, 'bundle/packages/cli/dist/main.js');
  const options = ['--data', data, '--gateway-listen', '127.0.0.1:0', '--slots', '1'];
  const peer = await stage.start('bundle', {
    argv: [process.execPath, main, 'up', ...options],
    env: { HOME: data },
  });
  const client = createControlClient(data);
  await stage.until('a task is done', async () => {
    if (peer.hasEnded()) throw new Error(await peer.output());
    const answer = await client.tasks().catch((error: unknown) => {
      if (!isBzzzError(error, 'peer_not_running')) throw error;
    });
    return answer?.tasks.some(({ state }) => state === 'done');
  });
  const { checks } = await client.doctor();
  const worker = checks.find(({ name }) => name === 'workers');
  expect(worker).toMatchObject({ ok: true });
  const url = /the page is served url=(\S+)/.exec(await peer.output())?.[1] ?? '';
  for (const [path, type] of [
    ['/', 'text/html'],
    ['/docs/json', 'application/json'],
    ['/docs/static/swagger-ui.css', 'text/css'],
    ['/health', 'application/json'],
  ] as const) {
    const answer = await fetch(`${url}${path}`);
    expect([path, answer.status, answer.headers.get('content-type')]).toEqual([
      path,
      200,
      expect.stringContaining(type),
    ]);
  }
  process.kill(peer.pid, 'SIGTERM');
  expect(await peer.ended).toBe(0);
});
