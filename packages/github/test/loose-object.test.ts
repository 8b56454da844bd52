/** What this process writes into a mirror is what git would have written there. */
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeCommit } from '../src/git/loose-object.ts';
import { codeOf } from './support/code-of.ts';
import { git } from './support/git.ts';
import { lockOn } from './support/locks.ts';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bzzz-loose-'));
  await git(dir, ['init', '--quiet', '--bare', dir]);
  await git(dir, ['hash-object', '-w', '-t', 'tree', '/dev/null']);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const leftovers = async (): Promise<string[]> =>
  (await readdir(path.join(dir, 'objects'))).filter((name) => name.startsWith('tmp_'));

it('is a commit that git reads and finds sound', async () => {
  const { oid, commit } = lockOn(null);
  await writeCommit(dir, oid, commit);
  const text = Buffer.from(commit).toString('utf8');
  expect(await git(dir, ['cat-file', 'commit', oid])).toBe(text.trim());
  expect(await git(dir, ['fsck', '--strict', '--no-dangling', oid])).toBe('');
  const file = path.join(dir, 'objects', oid.slice(0, 2), oid.slice(2));
  expect((await stat(file)).mode & 0o777).toBe(0o444);
  expect(await leftovers()).toEqual([]);
});

it('is written once, also by several at once', async () => {
  const { oid, commit } = lockOn(null);
  await Promise.all(Array.from({ length: 8 }, () => writeCommit(dir, oid, commit)));
  const file = path.join(dir, 'objects', oid.slice(0, 2), oid.slice(2));
  const { ino } = await stat(file);
  await writeCommit(dir, oid, commit);
  expect((await stat(file)).ino).toBe(ino);
  expect(await git(dir, ['cat-file', '-t', oid])).toBe('commit');
  expect(await leftovers()).toEqual([]);
});

it('says so where it cannot be written', async () => {
  const { oid, commit } = lockOn(null);
  // A file where a folder should be.
  expect(await codeOf(writeCommit(path.join(dir, 'HEAD'), oid, commit))).toBe('git_failed');
});
