/** What the adapter says when the machine has no git, or one that is too old. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createGithubForge, tokenFromValue } from '../src/index.ts';
import { failureOf } from './support/code-of.ts';
import { repo } from './support/locks.ts';

const pathBefore = process.env['PATH'];
let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bzzz-path-'));
  process.env['PATH'] = dir;
});
afterEach(async () => {
  process.env['PATH'] = pathBefore;
  await rm(dir, { recursive: true, force: true });
});

const url = 'http://127.0.0.1:9';
const readBase = () => {
  const options = { apiUrl: url, gitUrl: url, dataDir: dir };
  return createGithubForge({ token: tokenFromValue('token') }, options).readBase(repo);
};

it('there is none', async () => {
  expect((await failureOf(readBase())).code).toBe('git_unusable');
});

it.each(['git version 2.30.9', 'git version 1.99.0', 'something else'])('%s', async (text) => {
  await writeFile(path.join(dir, 'git'), `#!/bin/sh\necho '${text}'\n`);
  await chmod(path.join(dir, 'git'), 0o755);
  const failure = await failureOf(readBase());
  expect(failure).toMatchObject({ code: 'git_unusable' });
  expect(failure.reason).toContain(text);
});
