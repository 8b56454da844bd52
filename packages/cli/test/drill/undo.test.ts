/** What a killed drill left is undone by its note, against processes that stand in for peers. */
import { spawn } from 'node:child_process';
import {
  chmod,
  chown,
  mkdir,
  readFile,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createControlClient, layoutOf } from '@bzzz/peer';
import { PeerId } from '@bzzz/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { killFault } from '../../src/drill/faults/restarts.ts';
import { healAll } from '../../src/drill/heal.ts';
import { holderOf } from '../../src/drill/holder.ts';
import { type Leftover, lockDrill, noteLeftover, readLeftover } from '../../src/drill/leftovers.ts';
import { lives, type ProcessId, processOf, stateOf } from '../../src/drill/process.ts';
import { withoutSecrets } from '../../src/drill/secrets.ts';
import { type Start, startAgain, startOf } from '../../src/drill/start.ts';
import type { Target } from '../../src/drill/targets.ts';
import { untilUp } from '../../src/drill/undo.ts';
import { quietStatus } from '../quiet-status.ts';
import { createCleanups, tempDir, until } from '../support.ts';

const cleanups = createCleanups();
afterEach(() => cleanups.run());

const program = fileURLToPath(new URL('./stand-in.ts', import.meta.url));
const isRoot = process.geteuid?.() === 0;

async function folder(name: string): Promise<string> {
  const dataDir = join(await tempDir(cleanups), name);
  await mkdir(dataDir, { mode: 0o700 });
  cleanups.add(async () => {
    const holder = await holderOf(dataDir);
    if (holder !== undefined) process.kill(holder.pid, 'SIGKILL');
  });
  return dataDir;
}

async function thisOne(): Promise<ProcessId> {
  const id = await processOf(process.pid);
  if (id === undefined) throw new Error('nobody runs this');
  return id;
}

const gone = async () => ({ ...(await thisOne()), began: '0' });

/** How a peer on that folder is started. */
async function startFor(dataDir: string, env: Record<string, string> = {}): Promise<Start> {
  const { network, cwd } = await startOf(await thisOne(), '/dev/null');
  const argv = ['peer', '--conditions=bzzz-source', program, 'up', dataDir];
  const output = join(dataDir, 'peer.log');
  return { program: process.execPath, argv, cwd, env: { ...env, HOME: '/' }, output, network };
}

async function startPeer(dataDir: string, env: Record<string, string> = {}): Promise<ProcessId> {
  const start = await startFor(dataDir, env);
  const id = await startAgain(start);
  await untilUp(dataDir, id, start.output);
  return id;
}

function targetOf(dataDir: string, process: ProcessId | undefined): Target {
  if (process === undefined) throw new Error(`nobody runs ${dataDir}`);
  const client = createControlClient(dataDir);
  const id = PeerId.parse('12D3KooWNT69oqF2QvukEQUAAAbjyUCUqGz1swkaz8cRnCac7ieY');
  return { id, name: 'ash', dataDir, client, status: quietStatus, process };
}

async function restartOf(
  fault: 'kill' | 'skew',
  dataDir: string,
  more: { readonly process?: ProcessId; readonly start?: Start } = {},
): Promise<Leftover> {
  const { process = await gone(), start = await startFor(dataDir) } = more;
  return { fault, process, ...withoutSecrets(start) };
}

const environmentOf = async ({ pid }: ProcessId) => readFile(`/proc/${pid}/environ`, 'utf8');

describe('heal of a wrong clock', () => {
  it('ends who runs by it, also where the note names the process before', async () => {
    const dataDir = await folder('ash');
    const wrong = await startPeer(dataDir, { FAKETIME: '+3600', ASH_TOKEN: 'x' });
    await noteLeftover(dataDir, await restartOf('skew', dataDir));
    expect(await healAll([dataDir])).toMatchObject({
      done: [{ fault: 'skew' }],
      failed: undefined,
    });
    expect(await lives(wrong)).toBe(false);
    const now = await holderOf(dataDir);
    const environment = now && (await environmentOf(now));
    expect(environment).not.toContain('FAKETIME');
    // It had the others, which are on no disk.
    expect(environment).toContain('ASH_TOKEN=x');
  });

  it('ends one that is still on its way to the lock', async () => {
    const dataDir = await folder('ash');
    const start = await startFor(dataDir, { FAKETIME: '+3600' });
    const wrong = await startAgain(start);
    await noteLeftover(dataDir, await restartOf('skew', dataDir, { process: wrong }));
    expect((await healAll([dataDir])).failed).toBeUndefined();
    expect(await lives(wrong)).toBe(false);
    expect((await holderOf(dataDir))?.pid).not.toBe(wrong.pid);
  });

  it('leaves alone to whom nothing was done yet', async () => {
    const dataDir = await folder('ash');
    const right = await startPeer(dataDir);
    await noteLeftover(dataDir, await restartOf('skew', dataDir, { process: right }));
    expect((await healAll([dataDir])).failed).toBeUndefined();
    expect(await holderOf(dataDir)).toEqual(right);
    expect(await readLeftover(dataDir)).toBeNull();
  });
});

describe('heal', () => {
  it('tries everything, though the first cannot be started again', async () => {
    const [bad, good] = [await folder('bad'), await folder('good')];
    const ends = { ...(await startFor(bad)), argv: ['peer', '-e', 'console.log("no luck")'] };
    await noteLeftover(bad, await restartOf('kill', bad, { start: ends }));
    const start = await startFor(good, { AWS_PROFILE: 'y' });
    await noteLeftover(good, await restartOf('kill', good, { start }));
    const { done, failed } = await healAll([bad, good]);
    expect(done).toEqual([{ dataDir: good, fault: 'kill', without: ['AWS_PROFILE'] }]);
    expect(failed).toMatchObject({ code: 'drill_not_healed' });
    expect(failed?.reason).toContain('no luck');
    expect(await holderOf(good)).toBeDefined();
    expect(await readLeftover(bad)).toMatchObject({ fault: 'kill' });
  });

  it('starts nothing where the peer that it would start runs', async () => {
    const dataDir = await folder('ash');
    const up = await startPeer(dataDir);
    await noteLeftover(dataDir, await restartOf('kill', dataDir));
    expect((await healAll([dataDir])).failed).toBeUndefined();
    expect(await holderOf(dataDir)).toEqual(up);
  });

  it('goes by no number that counts elsewhere', async () => {
    const dataDir = await folder('ash');
    const child = spawn('sleep', ['600'], { stdio: 'ignore' });
    cleanups.add(() => child.kill('SIGKILL'));
    const id = await until(async () => processOf(child.pid ?? 0));
    child.kill('SIGSTOP');
    await until(async () => (await stateOf(id)) === 'T');
    const elsewhere = { ...id, space: 'pid:[1]' };
    await noteLeftover(dataDir, { fault: 'pause', process: elsewhere });
    expect((await healAll([dataDir])).failed).toMatchObject({ code: 'drill_not_healed' });
    expect(await stateOf(id)).toBe('T');
    expect(await readLeftover(dataDir)).not.toBeNull();
    await noteLeftover(dataDir, { fault: 'pause', process: id });
    expect((await healAll([dataDir])).failed).toBeUndefined();
    await until(async () => (await stateOf(id)) !== 'T');
  });
});

it('of two that a drill killed one is started again, though the other cannot be', async () => {
  const dirs = [await folder('bad'), await folder('good')];
  const killed = await Promise.all(dirs.map((dataDir) => startPeer(dataDir)));
  const targets = dirs.map((dataDir, at) => targetOf(dataDir, killed[at]));
  const [bad = '', good = ''] = dirs;
  const fault = await killFault(targets);
  await fault.begin();
  expect(await Promise.all(killed.map(lives))).toEqual([false, false]);
  await rm(layoutOf(bad).lock);
  await mkdir(layoutOf(bad).lock);
  await expect(fault.heal()).rejects.toMatchObject({ code: 'drill_not_healed' });
  expect(await holderOf(good)).toBeDefined();
  expect([await readLeftover(bad), await readLeftover(good)]).toEqual([expect.anything(), null]);
  // What stood in its way is gone, and what is undone already stays as it is.
  await rmdir(layoutOf(bad).lock);
  const before = await holderOf(good);
  await fault.heal();
  expect(await holderOf(bad)).toBeDefined();
  expect(await holderOf(good)).toEqual(before);
});

it('who ended by itself is not killed, and not started again', async () => {
  const dataDir = await folder('ash');
  const id = await startPeer(dataDir);
  const fault = await killFault([targetOf(dataDir, id)]);
  process.kill(id.pid, 'SIGTERM');
  await until(async () => !(await lives(id)));
  await expect(fault.begin()).rejects.toMatchObject({ code: 'peer_not_running' });
  expect(await fault.effect(new AbortController().signal)).toBeNull();
  await fault.heal();
  expect(await holderOf(dataDir)).toBeUndefined();
  expect(await readLeftover(dataDir)).toBeNull();
});

describe('a note', () => {
  const left = async (): Promise<Leftover> => ({ fault: 'pause', process: await gone() });

  it('that others may have written is not followed', async () => {
    const dataDir = await folder('ash');
    const file = join(dataDir, 'drill.json');
    await noteLeftover(dataDir, await left());
    await chmod(file, 0o644);
    await expect(readLeftover(dataDir)).rejects.toMatchObject({ code: 'drill_peer_elsewhere' });
    await chmod(file, 0o600);
    expect(await readLeftover(dataDir)).toMatchObject({ fault: 'pause' });
    if (isRoot) {
      await chown(file, 4_711, 4_711);
      await expect(readLeftover(dataDir)).rejects.toMatchObject({ code: 'drill_peer_elsewhere' });
    }
  });

  it('replaces a link, and what that names stays as it is', async () => {
    const dataDir = await folder('ash');
    const precious = join(dataDir, 'precious');
    await writeFile(precious, '{}', { mode: 0o600 });
    await symlink(precious, join(dataDir, 'drill.json'));
    await expect(readLeftover(dataDir)).rejects.toMatchObject({ code: 'drill_not_healed' });
    await noteLeftover(dataDir, await left());
    expect(await readFile(precious, 'utf8')).toBe('{}');
    await symlink(precious, join(dataDir, 'drill.lock'));
    await expect(lockDrill([dataDir])).rejects.toMatchObject({ code: 'peer_folder_unusable' });
    expect(await readFile(precious, 'utf8')).toBe('{}');
  });

  it.runIf(isRoot)('of root does not shut out whose folder it is', async () => {
    const dataDir = await folder('ash');
    await chown(dataDir, 4_711, 4_711);
    await (await lockDrill([dataDir])).release();
    expect(await stat(join(dataDir, 'drill.lock'))).toMatchObject({ uid: 4_711, gid: 4_711 });
  });
});

it('who holds a folder has its lock open; a file that names a process is nothing', async () => {
  const dataDir = await folder('ash');
  const { pid } = await startPeer(dataDir);
  expect((await holderOf(dataDir))?.pid).toBe(pid);
  const said = await readFile(layoutOf(dataDir).lock, 'utf8');
  const fake = await folder('fake');
  await writeFile(layoutOf(fake).lock, said);
  expect(await holderOf(fake)).toBeUndefined();
});
