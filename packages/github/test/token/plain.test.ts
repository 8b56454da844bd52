import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tokenFromFile, tokenFromValue } from '../../src/index.ts';
import { codeOf, failureOf } from '../support/code-of.ts';
import { createGitBench } from '../support/git-bench.ts';
import { lockOn, number, repo } from '../support/locks.ts';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'bzzz-token-'));
  file = path.join(dir, 'token');
});
afterEach(async () => {
  await rm(dir, { recursive: true, force: true });
});

const write = (text: string, mode = 0o600): Promise<void> => writeFile(file, text, { mode });

describe('a token in a file', () => {
  it('is read again when it changes, in place or by a rename', async () => {
    await write('first\n');
    const source = tokenFromFile(file);
    expect(await source.get()).toBe('first');
    await write('second');
    expect(await source.get()).toBe('second');
    const next = path.join(dir, 'next');
    await writeFile(next, 'third!', { mode: 0o600 });
    await rename(next, file);
    expect(await source.get()).toBe('third!');
  });

  it.each([0o644, 0o604, 0o620, 0o666])(
    'is refused with mode %o, and the reason says so',
    async (mode) => {
      await write('token');
      await chmod(file, mode);
      const failure = await failureOf(tokenFromFile(file).get());
      expect(failure.code).toBe('forge_unauthorized');
      expect(failure.reason).toContain(mode.toString(8));
    },
  );

  it.each([0o600, 0o400, 0o440])('may have mode %o', async (mode) => {
    await write('token');
    await chmod(file, mode);
    expect(await tokenFromFile(file).get()).toBe('token');
  });

  it('is refused when it is absent, empty, a folder, or more than a token', async () => {
    expect(await codeOf(tokenFromFile(file).get())).toBe('forge_unauthorized');
    expect(await codeOf(tokenFromFile(dir).get())).toBe('forge_unauthorized');
    for (const text of ['', ' \n', 'one two', 'one\nX-Header: two', 'töken', 'x'.repeat(5000)]) {
      await write(text);
      expect(await codeOf(tokenFromFile(file).get())).toBe('forge_unauthorized');
    }
  });
});

it('a configured token is trimmed and checked alike', async () => {
  expect(await tokenFromValue(' token\n').get()).toBe('token');
  expect(await codeOf(tokenFromValue('two tokens').get())).toBe('forge_unauthorized');
});

describe('a token that git is refused with', () => {
  it('is read once more, and the push goes on with the new one', async () => {
    const bench = await createGitBench();
    try {
      const asked: (string | undefined)[] = [];
      const token = {
        get: async ({ refused }: { refused?: string } = {}) => {
          asked.push(refused);
          return refused === undefined ? 'old' : 'new';
        },
      };
      const basicOf = (one: string): string =>
        `Basic ${Buffer.from(`x-access-token:${one}`).toString('base64')}`;
      bench.server.fault = () =>
        bench.server.authorizations.at(-1) === basicOf('new')
          ? undefined
          : { kind: 'status', status: 401 };
      const forge = await bench.client({ token });
      expect(await forge.push(repo, { number, lock: lockOn(null) })).toEqual({ kind: 'accepted' });
      expect(asked).toEqual([undefined, 'old']);
    } finally {
      await bench.dispose();
    }
  });

  it('is not tried twice when there is no other', async () => {
    const bench = await createGitBench();
    try {
      bench.server.fault = () => ({ kind: 'status', status: 401 });
      const forge = await bench.client();
      expect(await codeOf(forge.readBase(repo))).toBe('forge_unauthorized');
      expect(bench.server.requests).toHaveLength(1);
    } finally {
      await bench.dispose();
    }
  });
});
