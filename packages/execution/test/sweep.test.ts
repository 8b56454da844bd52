/** What an earlier process left behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readProcess } from '../src/processes.ts';
import { limits, lives, makeWorld, pidsOf, uniqueSleep, until, type World } from './support.ts';

let world: World;
const children: ChildProcess[] = [];
beforeEach(() => {
  world = makeWorld();
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await world.dispose();
});

const start = (program: string, args: string[]) => {
  const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  children.push(child);
  return child;
};
const startPeer = (sandbox: 'required' | 'off', text: string) => {
  const script = fileURLToPath(new URL('./fixture-peer.ts', import.meta.url));
  const job = JSON.stringify({ dir: world.dir, base: world.base, sandbox, text });
  return start(process.execPath, ['--conditions=bzzz-source', script, job]);
};

describe('sweep', () => {
  it('removes worktrees, and nothing else, and does nothing without any', async () => {
    await world.workspaces.sweep();
    await world.create();
    writeFileSync(join(world.dir, 'note.txt'), 'x');
    mkdirSync(join(world.dir, 'other'));
    await world.workspaces.sweep();
    expect(readdirSync(world.dir).sort()).toEqual(['note.txt', 'other']);
  });

  it('ends what runs since before a kill -9 of the peer, whatever group it is in', async () => {
    const seconds = uniqueSleep();
    const peer = startPeer(
      'off',
      `setsid sleep ${seconds} & env -i sleep ${seconds} & sleep ${seconds}`,
    );
    // One that is only now being started, with an empty environment, would be found by nothing.
    await until(() => pidsOf(`sleep\0${seconds}`).length === 3);
    await until(() => runNotes().length === 1 && runNotes()[0] !== '');
    peer.kill('SIGKILL');
    await new Promise((resolve) => peer.once('close', resolve));
    expect(lives(seconds)).toBe(true);
    await world.workspaces.sweep();
    expect(lives(seconds)).toBe(false);
    expect(readdirSync(world.dir)).toEqual([]);
  });

  it('has nothing left to end after a kill -9 of a peer with a sandbox', async () => {
    const seconds = uniqueSleep();
    const peer = startPeer('required', `setsid sleep ${seconds} & sleep ${seconds}`);
    await until(() => lives(`sleep\0${seconds}`));
    peer.kill('SIGKILL');
    await until(() => !lives(seconds));
    await world.workspaces.sweep();
    expect(readdirSync(world.dir)).toEqual([]);
  });

  it('never kills a process that has been given the pid since, or after another boot', async () => {
    const child = start('sleep', [uniqueSleep()]);
    const pid = child.pid ?? Number.NaN;
    const { startTicks } = (await readProcess(pid)) ?? { startTicks: Number.NaN };
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const note = (record: object) => {
      const folder = join(world.dir, 'acme-widgets-7-1-AbCdEf');
      mkdirSync(join(folder, 'tree'), { recursive: true });
      writeFileSync(join(folder, `run-${randomUUID()}.json`), JSON.stringify(record));
      return folder;
    };
    for (const record of [
      { boot, pid, startTicks: startTicks - 1 },
      { boot: 'another', pid, startTicks },
      { boot, pid },
      {},
    ]) {
      const folder = note(record);
      await world.workspaces.sweep();
      expect(existsSync(folder)).toBe(false);
      expect((await readProcess(pid))?.zombie).toBe(false);
    }
    note({ boot, pid, startTicks });
    await world.workspaces.sweep();
    await until(() => child.signalCode === 'SIGKILL');
  });

  it('removes folders that were made unwritable', async () => {
    const workspace = await world.create();
    const request = { path: workspace.path, timeMs: 20_000, limits };
    const argv = ['sh', '-c', 'mkdir -p a/b && touch a/b/c && chmod 500 a/b && chmod 000 a'];
    await world.runner.run({ ...request, argv });
    await workspace.dispose();
    expect(existsSync(workspace.path)).toBe(false);
  });
});

function runNotes(): string[] {
  if (!existsSync(world.dir)) return [];
  return readdirSync(world.dir, { recursive: true, encoding: 'utf8' })
    .filter((path) => /run-[^/]*\.json$/.test(path))
    .map((path) => readFileSync(join(world.dir, path), 'utf8'));
}
