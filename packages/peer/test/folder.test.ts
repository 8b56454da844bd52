import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import {
  createSecretFile,
  layoutOf,
  lockFolder,
  makeDataFolder,
  openIdentity,
  openMeshKey,
  readSecretFile,
} from '../src/index.ts';
import { ownerIn, ownerLine, ownerText, thisProcess } from '../src/folder/owner.ts';
import { codeOf, errorOf, onCleanup, tempDir } from './support.ts';

const locker = fileURLToPath(new URL('locker.ts', import.meta.url));
const reader = fileURLToPath(new URL('reader.ts', import.meta.url));

describe('the data folder', () => {
  it('is made with those above it, closed to others, and kept where it is there', async () => {
    const dataDir = join(await tempDir(), 'a', 'b', 'c');
    await makeDataFolder(dataDir);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    await writeFile(join(dataDir, 'kept'), '');
    await makeDataFolder(`${dataDir}/`);
    await stat(join(dataDir, 'kept'));
  });

  it('is refused where nobody can make one, also where the folder above says that it is not there', async () => {
    const file = join(await tempDir(), 'file');
    await writeFile(file, '');
    for (const place of [file, join(file, 'below'), '/proc/bzzz', '/proc/bzzz/below']) {
      expect(await codeOf(makeDataFolder(place)), place).toBe('peer_folder_unusable');
    }
  });
});

describe('key files', () => {
  it('are made closed to others, and read back', async () => {
    const layout = layoutOf(await tempDir());
    const made = await openIdentity(layout);
    expect((await stat(layout.identityKey)).mode & 0o777).toBe(0o600);
    expect((await openIdentity(layout)).peer).toBe(made.peer);
    const key = await openMeshKey({}, layout);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    expect((await stat(layout.meshKey)).mode & 0o777).toBe(0o600);
    expect(await openMeshKey({}, layout)).toBe(key);
  });

  it('are one and the same for all who make them at once', async () => {
    const layout = layoutOf(await tempDir());
    const peers = await Promise.all(Array.from({ length: 8 }, () => openIdentity(layout)));
    expect(new Set(peers.map(({ peer }) => peer)).size).toBe(1);
    const keys = await Promise.all(Array.from({ length: 8 }, () => openMeshKey({}, layout)));
    expect(new Set(keys).size).toBe(1);
  });

  it.each([0o640, 0o604, 0o660, 0o666])('are refused with mode %o', async (mode) => {
    const layout = layoutOf(await tempDir());
    await openIdentity(layout);
    await openMeshKey({}, layout);
    await chmod(layout.identityKey, mode);
    await chmod(layout.meshKey, mode);
    const error = await errorOf(openIdentity(layout));
    expect(error.code).toBe('peer_key_unsafe');
    expect(error.reason).toContain(mode.toString(8));
    expect(await codeOf(openMeshKey({}, layout))).toBe('peer_key_unsafe');
  });

  it.each(['', 'abc', 'g'.repeat(64), 'ab'.repeat(33)])(
    'are refused with %j in it',
    async (text) => {
      const layout = layoutOf(await tempDir());
      await writeFile(layout.identityKey, text, { mode: 0o600 });
      await writeFile(layout.meshKey, text, { mode: 0o600 });
      expect(await codeOf(openIdentity(layout))).toBe('peer_key_invalid');
      expect(await codeOf(openMeshKey({}, layout))).toBe('peer_key_invalid');
    },
  );

  it('that root hands over may be read by the group of this process', async () => {
    const file = join(await tempDir(), 'secret');
    await createSecretFile(file, 'ab'.repeat(32));
    await chmod(dirname(file), 0o755);
    await chown(file, 0, 65_534);
    const read = async (mode: number) => {
      await chmod(file, mode);
      const args = ['--reuid=65534', '--regid=65534', '--clear-groups', process.execPath];
      const child = spawn('setpriv', [...args, '--conditions=bzzz-source', reader, file], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const [line] = await once(createInterface({ input: child.stdout }), 'line');
      return line;
    };
    // A container engine mounts its secrets so.
    expect(await read(0o440)).toBe('ab'.repeat(32));
    expect(await read(0o460)).toBe('peer_key_unsafe');
    expect(await read(0o444)).toBe('peer_key_unsafe');
  });

  it('of the mesh come from the configuration first', async () => {
    const dir = await tempDir();
    const keyFile = join(dir, 'given');
    expect(await openMeshKey({ key: 'cd'.repeat(32) }, layoutOf(dir))).toBe('cd'.repeat(32));
    expect(await codeOf(openMeshKey({ keyFile }, layoutOf(dir)))).toBe('config_invalid');
    await createSecretFile(keyFile, 'ef'.repeat(32));
    expect(await openMeshKey({ keyFile }, layoutOf(dir))).toBe('ef'.repeat(32));
    expect(await readSecretFile(layoutOf(dir).meshKey)).toBeNull();
  });

  it('are never replaced', async () => {
    const file = join(await tempDir(), 'secret');
    expect(await createSecretFile(file, 'first')).toBe(true);
    expect(await createSecretFile(file, 'second')).toBe(false);
    expect(await readFile(file, 'utf8')).toBe('first\n');
  });
});

describe('the lock of a data folder', () => {
  it('names the process that holds it', async () => {
    const file = join(await tempDir(), 'peer.lock');
    const lock = await lockFolder(file);
    const error = await errorOf(lockFolder(file));
    expect(error.code).toBe('peer_folder_locked');
    expect(error.reason).toMatch(
      new RegExp(`^process ${process.pid} \\(since 20\\d\\d-.*Z\\) runs`),
    );
    await lock.release();
    await lock.release();
    await (await lockFolder(file)).release();
  });

  it('keeps other processes out, and goes with a process that is killed', async () => {
    const file = join(await tempDir(), 'peer.lock');
    const child = spawn(process.execPath, ['--conditions=bzzz-source', locker, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    onCleanup(() => child.kill('SIGKILL'));
    await once(createInterface({ input: child.stdout }), 'line');
    const error = await errorOf(lockFolder(file));
    expect(error.reason).toContain(`process ${child.pid} `);
    child.kill('SIGKILL');
    await once(child, 'exit');
    await (await lockFolder(file)).release();
  });

  it('tells another host, another container and an earlier release apart', async () => {
    const here = await thisProcess();
    expect(await ownerIn(ownerLine(here))).toEqual(here);
    expect(await ownerText({ ...here, host: 'walnut' })).toContain(`process ${here.pid} on walnut`);
    expect(await ownerText({ ...here, space: 'pid:[1]' })).toContain('of another container on');
    expect(await ownerText(await ownerIn('1234\n'))).toBe('process 1234');
    expect(await ownerText(await ownerIn('half a li'))).toBe('another process');
  });

  it('is seen by a process of another container, which says so', async () => {
    const file = join(await tempDir(), 'peer.lock');
    const lock = await lockFolder(file);
    onCleanup(() => lock.release());
    const args = ['--pid', '--fork', '--mount-proc', process.execPath, '--conditions=bzzz-source'];
    const child = spawn('unshare', [...args, locker, file], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [text] = await once(child.stderr.setEncoding('utf8'), 'data');
    // Where nobody may have such a space, there is no container that could.
    if (String(text).includes('unshare failed')) return console.warn(`NO CONTAINER HERE: ${text}`);
    expect(text).toMatch(/process \d+ of another container on /);
  });

  it('says when there is no place for it', async () => {
    expect(await codeOf(lockFolder('/nowhere/at/all/peer.lock'))).toBe('peer_folder_unusable');
  });
});
