/** What a setup made is made once for the same inputs, kept within a bound, and whole or not there. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Base, SetupJob } from '@bzzz/coordination';
import { createWorkspaces } from '@bzzz/execution';
import { Epoch, Oid } from '@bzzz/protocol';
import { afterEach, expect, it } from 'vitest';
import { git, script, task } from '../support.ts';
import { makeSetupWorld, type SetupWorld } from './world.ts';

let world: SetupWorld;
afterEach(() => world.dispose());

/** A commit on the base with these files, in the mirror. */
function commit(files: Readonly<Record<string, string>>): Base {
  const source = join(world.folder, 'source');
  for (const [path, content] of Object.entries(files)) writeFileSync(join(source, path), content);
  git(source, 'add', '--all');
  git(source, 'commit', '--quiet', '--message=more');
  git(source, 'push', '--quiet', world.base.mirror, 'HEAD:refs/heads/more');
  return { ...world.base, oid: Oid.parse(git(source, 'rev-parse', 'HEAD').trim()) };
}

async function createOn(base: Base, setup: SetupJob): Promise<void> {
  const job = { task, epoch: Epoch.parse(1), base, setup };
  await (await world.workspaces.create(job)).dispose();
}

it('is made once by many who want it at once, and not again later', async () => {
  world = await makeSetupWorld();
  const all = await Promise.all([1, 2, 3].map(() => world.with(world.setup())));
  for (const workspace of all) {
    expect((await script(world, workspace, 'cat deps/left-pad')).report.exitCode).toBe(0);
    await workspace.dispose();
  }
  await createOn(world.base, world.setup());
  expect(world.fetched).toEqual(['/left-pad']);
});

it('is made anew for other inputs, and for nothing else', async () => {
  world = await makeSetupWorld();
  await createOn(world.base, world.setup());
  await createOn(commit({ 'README.md': 'other words\n' }), world.setup());
  await createOn(world.base, world.setup({ network: ['packages.example.org', 'b.example.org'] }));
  expect(world.kept()).toHaveLength(1);
  await createOn(commit({ 'wanted.txt': 'right-pad\n' }), world.setup());
  expect(world.fetched).toEqual(['/left-pad', '/right-pad']);
  await createOn(world.base, world.setup({ run: [['node', 'get.mjs'], ['true']] }));
  expect(world.kept()).toHaveLength(3);
});

it('the oldest that nobody uses makes room', async () => {
  world = await makeSetupWorld({ setupBytesMax: 3 * 1024 * 1024 });
  const big = (name: string) =>
    world.setup({
      network: [],
      run: [['sh', '-c', `mkdir deps; head -c 1300000 /dev/zero > deps/${name}`]],
    });
  const held = await world.with(big('one'));
  await createOn(world.base, big('two'));
  expect(world.kept()).toHaveLength(2);
  await createOn(world.base, big('three'));
  expect(world.kept()).toHaveLength(2);
  expect((await script(world, held, 'ls deps')).report.outputTail).toBe('one');
  await held.dispose();
  const tooMuch = world.setup({
    network: [],
    run: [['sh', '-c', 'mkdir deps; head -c 4000000 /dev/zero > deps/all']],
  });
  await expect(world.with(tooMuch)).rejects.toMatchObject({ code: 'setup_failed' });
});

it('whatever nobody uses can be dropped to make room, and is made anew when it is wanted', async () => {
  world = await makeSetupWorld();
  const workspaces = createWorkspaces({ runner: world.runner }, { dir: world.dir });
  const job = (oid: typeof world.base) => ({
    task,
    epoch: Epoch.parse(1),
    base: oid,
    setup: world.setup({ network: [], run: [['sh', '-c', 'mkdir deps; cp wanted.txt deps/made']] }),
  });
  const held = await workspaces.create(job(world.base));
  await (await workspaces.create(job(commit({ 'wanted.txt': 'other\n' })))).dispose();
  expect(world.kept()).toHaveLength(2);
  expect(await workspaces.prune()).toBeGreaterThan(0);
  expect(world.kept()).toHaveLength(1);
  expect((await script(world, held, 'cat deps/made')).report.exitCode).toBe(0);
  await held.dispose();
  expect(await workspaces.prune()).toBeGreaterThan(0);
  expect(await workspaces.prune()).toBe(0);
  await (await workspaces.create(job(world.base))).dispose();
  expect(world.kept()).toHaveLength(1);
});

it('worktrees that nothing uses any more are removed, and those in use are not', async () => {
  world = await makeSetupWorld();
  const workspaces = createWorkspaces({ runner: world.runner }, { dir: world.dir });
  const held = await workspaces.create({ task, epoch: Epoch.parse(1), base: world.base });
  // As a process leaves it that was killed.
  mkdirSync(join(world.dir, 'octo-hello-1-1-Ab12Cd', 'tree'), { recursive: true });
  expect(await workspaces.removeUnused()).toBe(1);
  expect((await script(world, held, 'cat wanted.txt')).report.exitCode).toBe(0);
  await held.dispose();
  expect(await workspaces.removeUnused()).toBe(0);
});

it('what an earlier process did not finish is swept away, and what it finished stays', async () => {
  world = await makeSetupWorld();
  await createOn(world.base, world.setup());
  mkdirSync(join(world.dir, 'setups', 'new-abandoned', '0'), { recursive: true });
  const later = createWorkspaces({ runner: world.runner }, { dir: world.dir });
  await later.sweep();
  expect(world.kept()).toHaveLength(1);
  const job = { task, epoch: Epoch.parse(1), base: world.base, setup: world.setup() };
  await (await later.create(job)).dispose();
  expect(world.fetched).toEqual(['/left-pad']);
});
