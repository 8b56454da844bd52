/** A backup holds what makes a peer that peer, whatever else lies in its folder, and can be read back. */
import { chmod, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JournalKey } from '@bzzz/protocol';
import { expect, it } from 'vitest';
import {
  layoutOf,
  makeBackup,
  openIdentity,
  openMeshKey,
  readBackup,
  restoreBackup,
  writeBackup,
} from '../src/index.ts';
import { codeOf, tempDir } from './support.ts';

it('leaves out what is no setting, what is half written, and what would open again what was closed', async () => {
  const dataDir = await tempDir();
  const layout = layoutOf(dataDir);
  const { peer } = await openIdentity(layout);
  await openMeshKey({}, layout);
  const draft = 'members.b64.1b4e28ba-2fa1-41d2-883f-0016d3cca427';
  const stray = ['bzzz.yml~', '.bzzz.yml.swp', '.bash_history', draft];
  const closed = ['invites.json', 'gateway-keys.json', 'gateway-token', 'alerts-waiting.json'];
  for (const name of ['bzzz.yml', ...stray, ...closed]) await writeFile(join(dataDir, name), 'x');
  await writeFile(join(dataDir, 'peer.log'), Buffer.alloc(2 * 1024 * 1024));
  await symlink('/nowhere/at/all', join(dataDir, 'dangling'));
  await mkdir(join(dataDir, 'worktrees'));
  const backup = await makeBackup(dataDir, 1);
  expect(backup.files.map(({ name }) => name).toSorted()).toEqual([
    'bzzz.yml',
    'identity.key',
    'mesh.key',
  ]);
  const restored = await tempDir();
  await restoreBackup(restored, backup);
  expect((await openIdentity(layoutOf(restored))).peer).toBe(peer);
  expect(await readdir(restored)).toContain('mesh.key');
});

it('makes no other peer of a folder whose restore was cut short, and finishes it when it is begun again', async () => {
  const dataDir = await tempDir();
  const layout = layoutOf(dataDir);
  const { peer } = await openIdentity(layout);
  const backup = await makeBackup(dataDir, 1);
  const journals = [JournalKey.parse('a'.repeat(64))];
  const dir = await tempDir();
  const restored = layoutOf(dir);
  await restoreBackup(dir, { ...backup, journals });
  // The identity comes last.
  await rm(restored.identityKey);
  expect(await codeOf(openIdentity(restored))).toBe('restore_unfinished');
  expect(await readdir(dir)).not.toContain('identity.key');
  await restoreBackup(dir, { ...backup, journals });
  expect((await openIdentity(restored)).peer).toBe(peer);
});

it('holds no earlier backup that lies in the folder', async () => {
  const dataDir = await tempDir();
  await openIdentity(layoutOf(dataDir));
  const earlier = join(dataDir, 'monday.json');
  await writeBackup(earlier, await makeBackup(dataDir, 1));
  // As a person keeps what is none.
  await writeFile(join(dataDir, 'notes.json'), '{"format": "mine"}');
  const { files } = await makeBackup(dataDir, 2);
  expect(files.map(({ name }) => name).toSorted()).toEqual(['identity.key', 'notes.json']);
});

it('is not read where others could have read it: it holds keys', async () => {
  const dataDir = await tempDir();
  await openIdentity(layoutOf(dataDir));
  const file = join(await tempDir(), 'backup.json');
  await writeBackup(file, await makeBackup(dataDir, 1));
  await chmod(file, 0o644);
  expect(await codeOf(readBackup(file))).toBe('peer_key_unsafe');
  await chmod(file, 0o600);
  expect((await readBackup(file)).madeMs).toBe(1);
  for (const none of [join(dataDir, 'nothing'), dataDir, join(dataDir, 'identity.key')]) {
    expect(await codeOf(readBackup(none))).toBe('backup_invalid');
  }
});
