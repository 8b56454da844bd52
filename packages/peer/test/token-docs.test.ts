/** The examples of docs/OPERATIONS.md, "Tokens", are read as a peer reads them. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { VaultConfig } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import { loadConfig } from '../src/index.ts';
import { tempDir } from './support.ts';

const read = (path: string) => readFile(new URL(`../../../${path}`, import.meta.url), 'utf8');

async function examples() {
  const [, section = ''] = /\n## Tokens\n([^]*?)\n## /.exec(await read('docs/OPERATIONS.md')) ?? [];
  const yamls = [...section.matchAll(/```yaml\n([^]*?)```/g)].map(([, yaml = '']) => yaml);
  return Promise.all(
    yamls.map(async (yaml) => {
      const file = join(await tempDir(), 'bzzz.yml');
      await writeFile(file, yaml);
      return (await loadConfig({ file, env: {}, flags: {} })).config.forge;
    }),
  );
}

it('name an App and a Vault', async () => {
  const forges = (await examples()).map((forge) => Object.keys(forge).toSorted());
  expect(forges).toEqual([
    ['apiUrl', 'app', 'gitUrl'],
    ['apiUrl', 'gitUrl', 'vault'],
  ]);
});

it('and the policy for Vault lets peers read what they name, and little else', async () => {
  const policy = await read('deploy/vault/bzzz.hcl');
  const paths = [...policy.matchAll(/^path "(.+)" \{\n {2}capabilities = \["(.+)"\]/gm)];
  expect(Object.fromEntries(paths.map(([, path, right]) => [path, right]))).toEqual({
    'secret/data/bzzz/github': 'read',
    'github/token/bzzz': 'read',
    'sys/leases/renew': 'update',
  });
  const named = (await examples()).flatMap(({ vault }) => (vault ? [pathOf(vault)] : []));
  expect(named).toEqual(['secret/data/bzzz/github']);
});

function pathOf({ secret }: VaultConfig): string {
  return secret.kind === 'kv' ? `${secret.mount}/data/${secret.path}` : secret.path;
}
