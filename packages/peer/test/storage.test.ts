/** Where a data folder lies, and what a container takes away from a sandbox: looked at on real mounts where they can be had. */
import { execFile } from 'node:child_process';
import fs, { mkdir, readdir, writeFile } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import { whyNoSecret } from '@bzzz/github';
import { obstaclesOf } from '../src/doctor/confinement.ts';
import { checkSecrets } from '../src/doctor/machine.ts';
import { storageCheck } from '../src/doctor/storage.ts';
import { fileSystemOf } from '../src/system/file-system.ts';
import { configFor, errorOf, onCleanup, startedPeer, startForge, tempDir } from './support.ts';

const run = promisify(execFile);
const looker = fileURLToPath(new URL('file-system-of.ts', import.meta.url));
const node = `'${process.execPath}' --conditions=bzzz-source '${looker}'`;

describe('where the data folder lies', () => {
  it('is told of mounts as they are', async () => {
    const dir = await tempDir();
    for (const name of ['tmp', 'lower', 'upper', 'work', 'over']) await mkdir(join(dir, name));
    const script = `cd '${dir}'; mount -t tmpfs none tmp
      mount -t overlay none -o lowerdir=lower,upperdir=upper,workdir=work over
      ${node} '${dir}'/tmp '${dir}'/over '${dir}'/over/not/yet '${dir}'`;
    const mounted = await run('unshare', ['--mount', 'sh', '-ec', script]).catch(
      (error: unknown) => {
        console.warn(`NO MOUNTS HERE, SO ONLY NUMBERS ARE LOOKED AT: ${String(error)}`);
        return null;
      },
    );
    const seen = mounted?.stdout.trim().split('\n') ?? ['tmpfs', 'overlay', 'overlay'];
    expect(seen.slice(0, 3)).toEqual(['tmpfs', 'overlay', 'overlay']);
  });

  it('is judged by whether it stays, and whether others write there', () => {
    // As statfs(2) has them, also where a number of 32 bits came with a sign.
    expect(fileSystemOf(0x6969)).toEqual({ name: 'nfs', kind: 'network' });
    expect(fileSystemOf(0xff534d42 | 0)).toEqual({ name: 'cifs', kind: 'network' });
    expect(fileSystemOf(0x01021997)).toEqual({ name: '9p', kind: 'network' });
    // ext4, xfs, btrfs, zfs
    for (const type of [0xef53, 0x58465342, 0x9123683e, 0x2fc12fc1]) {
      expect(fileSystemOf(type)).toBeNull();
    }
    expect(storageCheck('/data', null)).toMatchObject({ ok: true });
    const shared = storageCheck('/data', fileSystemOf(0x6969));
    expect(shared).toMatchObject({ ok: false, detail: expect.stringContaining('nfs') });
    const layer = storageCheck('/data', fileSystemOf(0x794c7630));
    expect(layer).toMatchObject({ ok: false, advice: expect.stringContaining('volume') });
  });
});

describe('a peer whose data folder other machines may write to', () => {
  const { statfs } = fs;
  /** As a mount of NFS says of itself, which not every machine that tests can have. */
  const asOnNfs = async (path: Parameters<typeof statfs>[0]) =>
    Object.assign(await statfs(path), { type: 0x6969 });
  const patch = (how: object) => {
    Object.assign(fs, { statfs: how });
    syncBuiltinESMExports();
  };
  beforeEach(() => {
    patch(asOnNfs);
    onCleanup(() => patch(statfs));
  });

  it('is not started, and leaves nothing there', async () => {
    const dataDir = join(await tempDir(), 'data');
    const config = configFor(dataDir, { forge: await startForge() });
    const error = await errorOf(startedPeer(config));
    expect(error).toMatchObject({ code: 'peer_folder_shared', reason: `${dataDir} is on nfs` });
    expect(error.advice).toContain('storage: any');
    expect(await readdir(dirname(dataDir))).toEqual([]);
  });

  it('is started where the operator says that it may', async () => {
    const config = configFor(await tempDir(), { forge: await startForge() });
    const peer = await startedPeer({ ...config, storage: 'any' });
    await peer.stop();
  });
});

describe('where git gets its token', () => {
  it('is memory, and what is wrong with it is told', async () => {
    expect(checkSecrets()).toMatchObject({ ok: true, name: 'secrets' });
    const missing = checkSecrets(whyNoSecret(join(await tempDir(), 'shm')));
    expect(missing).toMatchObject({ ok: false, detail: expect.stringContaining('ENOENT') });
    expect(missing.advice).toContain('/dev/shm');
    // A folder of the source stands on a disk.
    const disk = fileURLToPath(new URL('.', import.meta.url));
    expect(checkSecrets(whyNoSecret(disk)).ok).toBe(false);
  });
});

describe('what may keep a sandbox from being made', () => {
  const nothing = { status: 'Seccomp:\t0\n', label: 'unconfined\n', mounts: '' };

  it('is nothing where nothing confines', async () => {
    expect(await obstaclesIn(nothing)).toEqual([]);
    const mounts = '28 25 0:30 / /proc/sys/fs/binfmt_misc rw shared:14 - binfmt_misc none rw\n';
    expect(await obstaclesIn({ ...nothing, mounts })).toEqual([]);
  });

  it('is all that a container of Docker has by default', async () => {
    const found = await obstaclesIn({
      status: 'Name:\tnode\nNoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t1\n',
      label: 'docker-default (enforce)\n',
      mounts: '1 0 0:1 / /proc rw - proc proc rw\n2 1 0:1 /sys /proc/sys ro - proc proc rw\n',
    });
    expect(found).toEqual(['seccomp=', 'apparmor=', 'systempaths=']);
  });

  it('is a kernel that gives no user namespaces', async () => {
    const most = { 'user/max_user_namespaces': '0\n' };
    expect(await obstaclesIn(nothing, most)).toEqual(['max_user_namespaces=']);
    const restricted = { 'kernel/apparmor_restrict_unprivileged_userns': '1\n' };
    expect(await obstaclesIn(nothing, restricted)).toEqual(['unprivileged_userns=']);
  });
});

/** What is to be set, of a kernel that says this. */
async function obstaclesIn(
  { status, label, mounts }: { status: string; label: string; mounts: string },
  settings: Readonly<Record<string, string>> = {},
): Promise<string[]> {
  const proc = await tempDir();
  for (const folder of ['self/attr', 'sys/user', 'sys/kernel']) {
    await mkdir(join(proc, folder), { recursive: true });
  }
  await writeFile(join(proc, 'self/status'), status);
  await writeFile(join(proc, 'self/attr/current'), label);
  await writeFile(join(proc, 'self/mountinfo'), mounts);
  for (const [path, text] of Object.entries(settings))
    await writeFile(join(proc, 'sys', path), text);
  const obstacles = await obstaclesOf(proc);
  return obstacles.map(
    ({ advice }) => /[a-z_]+=/.exec(advice.replace(/.*_restrict_/, ''))?.[0] ?? '',
  );
}
