/** Where a drill looks that was told nothing: what others lay into a folder for everybody does not steer it. */
import { chmod, chown, mkdir, mkdtemp, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { usualFolders } from '../../src/drill/targets.ts';
import { createCleanups, run, tempDir } from '../support.ts';

const cleanups = createCleanups();
let temporary: string;

beforeEach(async () => {
  temporary = await tempDir(cleanups);
  vi.stubEnv('TMPDIR', temporary);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await cleanups.run();
});

it('it is the own folder and the own trials, which nobody else can write to', async () => {
  const own = await mkdtemp(join(tmpdir(), 'bzzz-'));
  for (const name of ['ash', 'elm']) await mkdir(join(own, 'peers', name), { recursive: true });
  const open = await mkdtemp(join(tmpdir(), 'bzzz-'));
  await chmod(open, 0o777);
  await symlink(own, join(temporary, 'bzzz-linked'));
  if (process.geteuid?.() === 0) {
    const foreign = await mkdtemp(join(tmpdir(), 'bzzz-'));
    await chown(foreign, 4_711, 4_711);
  }
  const usual = join(temporary, 'own');
  const found = await usualFolders(usual);
  expect(found.toSorted()).toEqual(
    [join(own, 'peers', 'ash'), join(own, 'peers', 'elm'), usual].toSorted(),
  );
});

it('a configuration that is wrong does not matter where folders are named', async () => {
  const { code, out } = await run(['drill', 'heal', '--data', temporary], {
    env: { BZZZ_SLOTS: 'many' },
  });
  expect({ code, out }).toEqual({ code: 0, out: 'No drill left anything behind.\n' });
});
