/** What a peer that was killed while it looked at its sandbox leaves in /tmp, and who takes it away. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { makeProbeFolder } from '../src/probe-folder.ts';
import { probeSandbox } from '../src/sandbox.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'bzzz-left-'));
  vi.stubEnv('TMPDIR', dir);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(dir, { recursive: true, force: true });
});

async function deadPid(): Promise<number> {
  const child = spawn('sleep', ['600']);
  await once(child, 'spawn');
  child.kill('SIGKILL');
  await once(child, 'close');
  return child.pid ?? 0;
}

const age = async (folder: string): Promise<void> => {
  const hourAgo = new Date(Date.now() - 3_600_000);
  await utimes(folder, hourAgo, hourAgo);
};

it('is removed by the next look, and nothing else is', async () => {
  const pid = await deadPid();
  const left = `bzzz-probe-${pid}-abcdef`;
  const young = `bzzz-probe-${pid}-ABCDEF`;
  const others = ['bzzz-probe-notes', 'bzzz-lib', `bzzz-probe-${process.ppid}-abcdef`];
  for (const name of [left, young, ...others])
    await mkdir(join(dir, name, 'inner'), { recursive: true });
  for (const name of [left, ...others]) await age(join(dir, name));
  const own = await makeProbeFolder();
  await age(own);
  await probeSandbox();
  const there = (await readdir(dir)).map((name) => join(dir, name)).toSorted();
  expect(there).toEqual(
    [young, ...others]
      .map((name) => join(dir, name))
      .concat(own)
      .toSorted(),
  );
});
