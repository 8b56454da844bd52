/** What makes a data folder leaves nothing where other machines may write. */
import fs, { readdir } from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { InviteId, inviteText, MeshName, PeerId, secretHash } from '@bzzz/protocol';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createCleanups, runHere, tempDir } from './support.ts';

const cleanups = createCleanups();
afterEach(() => cleanups.run());

const { statfs } = fs;

/** As a mount of NFS says of itself, which not every machine that tests can have. */
const asOnNfs = async (path: Parameters<typeof statfs>[0]) =>
  Object.assign(await statfs(path), { type: 0x6969 });

function patch(how: object): void {
  Object.assign(fs, { statfs: how });
  syncBuiltinESMExports();
}

beforeEach(() => cleanups.add(() => patch(statfs)));

it('no command writes keys where other machines may write, unless told that none can', async () => {
  const place = await tempDir(cleanups);
  const backup = await backupIn(await tempDir(cleanups));
  patch(asOnNfs);
  for (const args of [['init'], ['join', invite()], ['restore', backup]]) {
    const dir = join(place, args[0] ?? '');
    const { code, err } = await runHere([...args, '--data', dir]);
    expect([args[0], code], err).toEqual([args[0], 1]);
    expect(err).toContain(`peer_folder_shared: ${dir} is on nfs`);
    expect(await readdir(place)).toEqual([]);
  }
  const said = { BZZZ_STORAGE: 'any' };
  for (const args of [['init'], ['restore', backup]]) {
    const dir = join(place, args[0] ?? '');
    const { code, err } = await runHere([...args, '--data', dir], { env: said });
    expect(code, err).toBe(0);
  }
});

async function backupIn(place: string): Promise<string> {
  const [dir, file] = [join(place, 'peer'), join(place, 'backup.json')];
  expect((await runHere(['init', '--data', dir])).code).toBe(0);
  expect((await runHere(['backup', file, '--data', dir])).code).toBe(0);
  return file;
}

/** Of the right form; nobody made it. */
function invite(): string {
  const secret = new Uint8Array(16);
  const operator = PeerId.parse('12D3KooWNT69oqF2QvukEQUAAAbjyUCUqGz1swkaz8cRnCac7ieY');
  const grant = {
    id: InviteId.parse('0'.repeat(16)),
    mesh: MeshName.parse('home'),
    operator,
    secretSha256: secretHash(secret),
    expiresAtMs: Date.now() + 60_000,
  };
  const doors = [`/ip4/127.0.0.1/tcp/1/p2p/${operator}`];
  return inviteText({ grant, signature: new Uint8Array(64), secret, doors });
}
