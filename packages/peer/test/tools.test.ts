/** What a peer offers besides what its configuration names: the programs that the usual languages are tested with. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Config } from '@bzzz/protocol';
import { afterEach, expect, it, vi } from 'vitest';
import { findTools } from '../src/tools.ts';

let folder = '';
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

it('finds the usual tool chains, and no program that nobody named', async () => {
  folder = await mkdtemp(join(tmpdir(), 'bzzz-tools-'));
  const usual =
    'bun bundle cargo cmake composer deno dotnet go gradle make mvn php pip pytest rspec rustc tox uv';
  const all = [...usual.split(' '), 'own-tool', 'stray'];
  for (const name of all) await writeFile(join(folder, name), '#!/bin/sh\n', { mode: 0o755 });
  vi.stubEnv('PATH', folder);
  const { work } = Config.parse({ name: 'ash', dataDir: folder });
  const found = findTools({ ...work, sandbox: 'off', tools: ['own-tool'] });
  expect(found).toEqual(expect.arrayContaining([...usual.split(' '), 'own-tool']));
  expect(found).not.toContain('stray');
});
