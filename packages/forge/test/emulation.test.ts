import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

test('the plugin is loaded from the version that it was written for', async () => {
  const root = import.meta.resolve('emulate');
  const manifest: unknown = JSON.parse(await readFile(new URL('../package.json', root), 'utf8'));
  expect(manifest).toMatchObject({ name: 'emulate', version: '0.12.2' });
  const ours: unknown = JSON.parse(
    await readFile(new URL('../package.json', import.meta.url), 'utf8'),
  );
  expect(ours).toMatchObject({ dependencies: { emulate: '0.12.2' } });
});
