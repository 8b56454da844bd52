/** Mirrors of repositories that nobody works on any more make room. */
import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RepoName } from '@bzzz/protocol';
import { expect, it, onTestFinished } from 'vitest';
import { removeOtherMirrors } from '../src/index.ts';

it('removes all mirrors but those of the repositories that are named', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'bzzz-mirrors-'));
  onTestFinished(() => rm(dataDir, { recursive: true }));
  expect(await removeOtherMirrors(dataDir, [])).toBe(0);
  for (const name of ['acme/kept.git', 'acme/old.git', 'octo/old.git']) {
    await mkdir(join(dataDir, 'mirrors', name, 'objects'), { recursive: true });
  }
  expect(await removeOtherMirrors(dataDir, [RepoName.parse('acme/kept')])).toBe(2);
  expect(await readdir(join(dataDir, 'mirrors', 'acme'))).toEqual(['kept.git']);
  expect(await removeOtherMirrors(dataDir, [RepoName.parse('acme/kept')])).toBe(0);
});
